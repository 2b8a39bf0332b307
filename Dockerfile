# One image for web, worker and migrations; compose.yaml has the commands of each.
# The same Python as .python-version says (tests/unit/test_deployment_files.py).

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
RUN python -m venv /opt/venv
COPY requirements.txt ./
# Only what is ready-made: neither compiler nor anybody's build script is needed.
RUN /opt/venv/bin/pip install --no-cache-dir --only-binary=:all: -r requirements.txt

FROM python:3.11-slim-bookworm
# The folders for what is kept between starts and is no data: see docs/DEPLOY.md, "What is written".
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin wordcount \
    && install --directory --owner wordcount --group wordcount /var/cache/wordcount
COPY --from=build /opt/venv /opt/venv
WORKDIR /srv/wordcount
COPY . .
# Readable, whoever has cloned it with which umask. Compiled once, here: the folder is not written to
# when the programs run.
RUN chmod -R a+rX . && /opt/venv/bin/python -m compileall -q .
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_CACHE_HOME=/var/cache/wordcount \
    APP_SETTINGS=config.ProductionConfig \
    PORT=5000
# By its number, so that a host can see that it is not root's.
USER 10001
EXPOSE 5000
HEALTHCHECK --interval=30s --timeout=10s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen(f'http://127.0.0.1:{os.environ[\"PORT\"]}/healthz', timeout=5)"]
CMD ["gunicorn", "app:create_app()"]
