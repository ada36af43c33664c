#!/bin/bash
# Daily backup automation

# BTRFS snapshot
btrfs subvolume snapshot -r /media/mainpool \
  /media/mainpool/.snapshots/$(date +%Y%m%d)

# Database dumps
docker exec postgres pg_dumpall > /backups/postgres-$(date +%Y%m%d).sql

# Compress and encrypt
tar -czf - /DATA/AppData | gpg --encrypt -r backup@example.com \
  > /backups/appdata-$(date +%Y%m%d).tar.gz.gpg

# Rotate old backups (keep 30 days)
find /backups -type f -mtime +30 -delete
