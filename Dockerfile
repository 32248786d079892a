# Build:  docker build -t mockhaus .
# Run:    docker run --rm -p 127.0.0.1:5433:5433 -p 127.0.0.1:8080:8080 -v mockhaus:/data mockhaus
#
# Publish the ports on the host's loopback only, as above: without users whoever reaches a port can
# use it. To let others in, give it a first user, and encrypt with MOCKHAUS_TLS_CERT:
#
#     docker run -p 5433:5433 -e MOCKHAUS_USER=ann -e MOCKHAUS_PASSWORD=... -v mockhaus:/data mockhaus
#
# As in PostgreSQL's image the password counts while /data/users.json has no users; afterwards
# `docker exec -it ... mockhaus user add NAME` (or `user set NAME --password`) changes them.

FROM python:3.12-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
WORKDIR /src
COPY requirements/build.txt requirements/
RUN python -m pip install --require-hashes -r requirements/build.txt
COPY pyproject.toml README.md LICENSE ./
COPY mockhaus mockhaus
RUN python -m pip wheel --no-deps --no-build-isolation --wheel-dir /dist .


FROM python:3.12-slim
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore
COPY requirements/run.txt /tmp/run.txt
RUN python -m pip install --require-hashes -r /tmp/run.txt && rm /tmp/run.txt
COPY --from=build /dist /tmp/dist
RUN python -m pip install --no-deps /tmp/dist/*.whl && rm -r /tmp/dist \
 && useradd --system --create-home --uid 10001 mockhaus \
 && install -d -o mockhaus -g mockhaus /data

USER mockhaus
WORKDIR /data

# Inside a container "every address" is the only one a published port can reach. MOCKHAUS_INSECURE
# says that this is meant even without users, where the server otherwise refuses; with users it
# changes nothing: everyone is asked.
ENV PYTHONUNBUFFERED=1 \
    MOCKHAUS_HOST=0.0.0.0 \
    MOCKHAUS_INSECURE=1 \
    MOCKHAUS_PORT=8080 \
    MOCKHAUS_PG_PORT=5433 \
    MOCKHAUS_DATA_DIR=/data
EXPOSE 5433 8080
VOLUME /data

HEALTHCHECK --interval=10s --timeout=3s --start-period=10s --retries=3 \
  CMD ["python", "-c", "import os, ssl, urllib.request as u; s = 'https' if os.environ.get('MOCKHAUS_TLS_CERT') else 'http'; u.urlopen(s + '://127.0.0.1:' + os.environ['MOCKHAUS_PORT'] + '/api/v1/health', timeout=2, context=ssl._create_unverified_context())"]

# SIGINT is Ctrl-C: statements are interrupted and persistent sessions checkpointed.
STOPSIGNAL SIGINT
CMD ["mockhaus", "serve"]
