# The site in one container: the pose model is baked in, data lives in /data.
FROM python:3.12-slim-bookworm

RUN apt-get update \
 && apt-get install -y --no-install-recommends libegl1 libgles2 libgl1 libglib2.0-0 \
 && rm -rf /var/lib/apt/lists/*

WORKDIR /app
COPY requirements.txt .
RUN pip install --no-cache-dir --require-hashes -r requirements.txt
COPY . .

ENV DJANGO_SETTINGS_MODULE=posesite.settings.production \
    DATA_DIR=/data \
    POSE_MODELS_DIR=/app/models \
    PYTHONUNBUFFERED=1
RUN DJANGO_SETTINGS_MODULE=posesite.settings.development DATA_DIR=/tmp/build python manage.py fetch_model \
 && rm -rf /tmp/build \
 && useradd --system --home-dir /data --create-home posesite
USER posesite
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD python -c "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"
CMD ["python", "manage.py", "serve", "--host", "0.0.0.0"]
