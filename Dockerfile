# The backend, from the locked packages, and the whole app in one image. From the root of the project:
#   docker build --tag sy-media-downloader .
#   docker run --publish 127.0.0.1:8080:8080 --volume media:/media sy-media-downloader
# podman builds an image with a health check where it is told --format docker.
FROM docker.io/library/python:3.13-slim AS packages
WORKDIR /app
COPY requirements-uv.txt requirements.txt ./
# Compiled here: the users below may not write where the packages are, and would compile each time. Names for
# debuggers go, and the wheel's ffmpeg, which has 173 MB: the next stage makes a smaller one. Of what botocore knows of
# Amazon's services, only S3 stays.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends binutils && rm -rf /var/lib/apt/lists/* \
    && python -m venv --without-pip packages \
    && pip install --no-cache-dir --require-hashes --target uv -r requirements-uv.txt \
    && uv/bin/uv pip install --python packages --no-cache --compile-bytecode --require-hashes -r requirements.txt \
    && find packages -name "*.so" -exec strip --strip-unneeded {} + \
    && find packages/lib/*/site-packages/botocore/data -mindepth 1 -maxdepth 1 -type d ! -name s3 -exec rm -r {} + \
    && rm -r packages/lib/*/site-packages/imageio_ffmpeg/binaries/ffmpeg-* packages/lib/*/site-packages/Cryptodome/SelfTest

# From Debian's source, with its fixes: its package brings a desktop along. This one reads whatever ffmpeg reads by
# itself, and writes what the backend asks for. It is never given an address, so it has no network.
FROM docker.io/library/python:3.13-slim AS ffmpeg
WORKDIR /source
# hadolint ignore=DL3008
RUN find /etc/apt "(" -name sources.list -o -name "*.sources" ")" \
        -exec sed --in-place 's/^Types: deb$/& deb-src/; s/^deb\( .*\)/&\ndeb-src\1/' {} + \
    && apt-get update && apt-get install --yes --no-install-recommends \
        dpkg-dev gcc libc6-dev libdav1d-dev libmp3lame-dev libopus-dev libvpx-dev libx264-dev make nasm pkg-config zlib1g-dev \
    && apt-get source ffmpeg && mv ffmpeg-*/ ffmpeg && rm -rf /var/lib/apt/lists/*
WORKDIR /source/ffmpeg
RUN ./configure --enable-gpl \
        --disable-autodetect --disable-debug --disable-devices --disable-doc --disable-ffprobe --disable-hwaccels --disable-network \
        --enable-iconv --enable-libdav1d --enable-libmp3lame --enable-libopus --enable-libvpx --enable-libx264 --enable-zlib \
        --disable-encoders --enable-encoder=aac,ac3,ass,flac,libmp3lame,libopus,libvpx_vp9,libx264,mjpeg,movtext \
        --enable-encoder=mpeg4,pcm_s16le,png,srt,subrip,webvtt,wrapped_avframe \
        --disable-filters --enable-filter=aresample,scale \
    && make --jobs="$(nproc)" ffmpeg && install -D ffmpeg /made/bin/ffmpeg && mkdir /made/lib \
    && for library in dav1d mp3lame opus vpx x264; do \
        cp --no-dereference "/usr/lib/$(gcc -print-multiarch)/lib$library.so".[0-9]* /made/lib/; done
RUN install -D --mode=644 debian/copyright /made/share/doc/ffmpeg/copyright \
    && for library in dav1d mp3lame opus vpx x264; do \
        install -D --mode=644 "/usr/share/doc/lib$library-dev/copyright" "/made/share/doc/lib$library/copyright"; done

FROM docker.io/library/python:3.13-slim AS system
COPY --from=ffmpeg /made /usr/local
# tini hands signals on and buries orphans, as a first process has to; Debian has one version. The user has the same
# number everywhere, so that services which share a volume may write to it. Nothing installs anything later: of what
# only that needs, the largest parts go; licences stay.
# hadolint ignore=DL3008
RUN apt-get update && apt-get install --yes --no-install-recommends tini && ldconfig \
    && useradd --uid 1000 --create-home app && install --directory --owner=app --group=app /app/data /media \
    && dpkg --purge --force-depends --force-remove-essential perl-base \
    && rm -rf /var/lib/apt/lists/* /var/cache/* /usr/lib/*/gconv "$(python -c 'import pip; print(pip.__path__[0])')" \
    && find /usr/share/doc -type f ! -name copyright -delete

FROM scratch AS base
# As one layer: in another one above the base image, what is removed would go on taking its room.
# hadolint ignore=DL3067
COPY --from=system / /
COPY --from=packages /app/packages /app/packages
# All that is written beside the volume lies in /tmp.
ENV PATH=/app/packages/bin:/usr/local/bin:/usr/bin:/bin LANG=C.UTF-8 PYTHONUNBUFFERED=1 \
    HOME=/tmp XDG_CACHE_HOME=/tmp/cache DENO_DIR=/tmp/deno
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

FROM docker.io/library/node:24.19-slim AS page
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
COPY scripts/containers/entrypoint.py /app/entrypoint.py
COPY --from=page /app/webapp/frontend/dist /app/webapp/frontend/dist
ENV DATA_DIR=/media/.app MEDIA_DIR=/media PUID=1000 PGID=1000 UMASK=022
EXPOSE 8080
VOLUME /media
# As the server's user: root without the capability of a debugger sees nobody's sockets, and could not tell who hangs.
HEALTHCHECK --interval=5s --timeout=10s --start-period=120s --retries=6 \
    CMD ["python", "/app/entrypoint.py", "python", "probe.py", "8080", "15"]
ENTRYPOINT ["tini", "--", "python", "/app/entrypoint.py"]
# Half of the ten seconds that `docker stop` gives: somebody may be watching a film.
CMD ["uvicorn", "main:app", "--host", "0.0.0.0", "--port", "8080", "--timeout-graceful-shutdown", "5"]
