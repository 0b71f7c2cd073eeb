# Every part of the site in one image: web, worker, beat, cron and setup differ by their command alone (compose.yaml).
# By itself it is the whole site on SQLite; the data lives in /data.
# Debian 13, whose pg_dump is as new as compose's PostgreSQL: an older one cannot back it up.
FROM python:3.12-slim-trixie

# cron for the container of that name, setpriv (util-linux) with it; pg_dump, pg_restore and psql for backups; the
# libraries are those that MediaPipe loads.
RUN apt-get update \
 && apt-get install -y --no-install-recommends cron libegl1 libgles2 libgl1 libglib2.0-0 postgresql-client-17 tzdata \
    util-linux \
 && rm -rf /var/lib/apt/lists/*
# A number of its own: bind mounts and several machines agree on whose the files are.
RUN useradd --uid 10001 --user-group --home-dir /data --no-create-home --shell /usr/sbin/nologin posesite \
 && install --directory --owner=posesite --group=posesite --mode=750 /data /backups

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt

# The engine is plain Python: the model's layer stays while everything else changes.
COPY poses/__init__.py poses/
COPY poses/engine poses/engine
RUN python -c "from pathlib import Path; from poses.engine.models import fetch_model; fetch_model(Path('models'))"

COPY . .
# Settings of development need no secret; the one they make is gone with the folder. All of it stays root's, and
# everyone may read it: collected files have the mode of uploads, and checked-out ones whatever the builder's umask says.
RUN DJANGO_SETTINGS_MODULE=posesite.settings.development DATA_DIR=/tmp/build STATIC_ROOT=/app/static_files \
    python manage.py collectstatic --noinput --verbosity 0 \
 && rm -rf /tmp/build \
 && python -m compileall -q accounts backups batches core frames poses posesite \
 && chmod -R a+rX .

ENV DJANGO_SETTINGS_MODULE=posesite.settings.production \
    DATA_DIR=/data \
    POSE_MODELS_DIR=/app/models \
    STATIC_ROOT=/app/static_files \
    MPLCONFIGDIR=/tmp/matplotlib \
    PYTHONUNBUFFERED=1
USER posesite
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s CMD ["python", "deploy/healthcheck.py"]
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
