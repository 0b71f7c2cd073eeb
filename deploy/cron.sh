#!/bin/sh
# The cron container: Debian's cron in the foreground, with the daily jobs of the settings. Started as root, for cron
# must be; each job runs as posesite.
set -eu

# cron follows the clock of its own process, the site that of its settings; CRON_TIME_ZONE is for other machines' cron.
export TZ="${TIME_ZONE:-UTC}"
export CRON_TIME_ZONE="$TZ"

# cron gives its jobs next to no environment, so they read this one's. It holds secrets: root alone may read it.
export HOME=/data
(umask 077 && export -p > /run/posesite-environment)

# A job's output goes to the container's log, which the shell opens while it is root; cron itself would send it by mail.
export CRONTAB_COMMAND_PREFIX=". /run/posesite-environment; exec setpriv --reuid=posesite --regid=posesite --clear-groups"
export CRONTAB_COMMAND_SUFFIX="> /proc/1/fd/1 2> /proc/1/fd/2"
python /app/manage.py crontab add

exec cron -f
