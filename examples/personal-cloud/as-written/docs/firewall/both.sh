# VPS (Public-facing)
ufw allow 22/tcp      # SSH (key only)
ufw allow 80/tcp      # HTTP (Let's Encrypt)
ufw allow 443/tcp     # HTTPS
ufw allow 51820/udp   # Wireguard
ufw deny incoming     # Default deny
ufw allow outgoing    # Default allow

# Homelab (Internal)
ufw allow from 10.243.0.0/24  # Local network only
ufw deny incoming from any    # Block external
