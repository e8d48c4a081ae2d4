# The backend, from the locked packages, and the whole app in one image. From the root of the project:
#   docker build --tag sy-media-downloader .
#   docker run --publish 127.0.0.1:8080:8080 --volume media:/media sy-media-downloader
FROM python:3.13-slim AS packages
WORKDIR /app
COPY requirements-uv.txt requirements.txt ./
# Compiled here: the users below may not write where the packages are, and would compile each time.
RUN python -m venv --without-pip packages \
    && pip install --no-cache-dir --require-hashes --target uv -r requirements-uv.txt \
    && uv/bin/uv pip install --python packages --no-cache --compile-bytecode --require-hashes -r requirements.txt

FROM python:3.13-slim AS base
# The same number everywhere, so that services which share a volume may write to it.
RUN useradd --uid 1000 --create-home app \
    && install --directory --owner=app /app/data
COPY --from=packages /app/packages /app/packages
# All that is written beside the volume lies in /tmp.
ENV PATH=/app/packages/bin:$PATH PYTHONUNBUFFERED=1 XDG_CACHE_HOME=/tmp/cache DENO_DIR=/tmp/deno
WORKDIR /app/webapp/backend
EXPOSE 8000
USER 1000

# The source is mounted; a save restarts the server.
FROM base AS development
CMD ["uvicorn", "dev:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "1", "--reload"]

FROM base AS production
COPY scripts/backup /app/scripts/backup
COPY webapp/backend ./
ENV PYTHONPATH=/app:/app/webapp/backend
USER 0
RUN python -m compileall -q . /app/scripts
USER 1000
CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8000", "--timeout-graceful-shutdown", "10"]

FROM node:24.19-slim AS page
WORKDIR /app/webapp/frontend
COPY webapp/frontend/package.json webapp/frontend/package-lock.json ./
RUN npm ci --no-audit --no-fund
COPY webapp/frontend ./
RUN npm run build

# For a household: page and API on one port, SQLite, everything in one volume.
FROM production AS single
# Root only until the entry point has become PUID.
# hadolint ignore=DL3002
USER 0
# tini hands signals on and buries orphans, as the first process has to; Debian has one version.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends tini \
    && rm -rf /var/lib/apt/lists/* /var/cache/apt/* && install --directory --owner=1000 --group=1000 /media
COPY scripts/containers/entrypoint.py /app/entrypoint.py
COPY --from=page /app/webapp/frontend/dist /app/webapp/frontend/dist
ENV DATA_DIR=/media/.app MEDIA_DIR=/media PUID=1000 PGID=1000 UMASK=022 HOME=/tmp
EXPOSE 8080
VOLUME /media
HEALTHCHECK --interval=5s --timeout=10s --start-period=30s --retries=6 \
    CMD ["python", "probe.py", "8080", "15"]
ENTRYPOINT ["tini", "--", "python", "/app/entrypoint.py"]
CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8080", "--timeout-graceful-shutdown", "10"]
