# SSH (from local network only)
ufw allow from 10.243.0.0/24 to any port 22

# HTTP/HTTPS (internal services)
ufw allow from 10.243.0.0/24 to any port 80
ufw allow from 10.243.0.0/24 to any port 443

# DNS (Pi-hole)
ufw allow 53/tcp
ufw allow 53/udp

# Default policies
ufw default deny incoming
ufw default allow outgoing
