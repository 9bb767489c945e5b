# docker build -t syncnet-service .
# docker run -p 5000:5000 -v $(pwd)/tmp:/app/tmp syncnet-service
# Runs as nobody in particular (10001), with a read-only root if you like: it writes to /var/lib/syncnet and /tmp only.
FROM debian:bookworm AS build
WORKDIR /src
COPY . .
RUN ./run deb && mv build/syncnet_*.deb /syncnet.deb

FROM debian:bookworm-slim
# The user has the same number everywhere, so that volumes fit.
RUN groupadd --gid 10001 syncnet && \
    useradd --uid 10001 --gid syncnet --home-dir /var/lib/syncnet --no-create-home --shell /usr/sbin/nologin syncnet
COPY --from=build /syncnet.deb /tmp/
# curl is for HEALTHCHECK and `syncnet models fetch`.
RUN apt-get update && \
    apt-get install -y --no-install-recommends /tmp/syncnet.deb curl && \
    rm -rf /var/lib/apt/lists/* /tmp/syncnet.deb
# A container is reached through the port that whoever runs it publishes, so who may ask is decided there, and no key is
# needed; with API_KEYS one is. ALLOW_NO_KEYS=no: it doesn't start without them.
ENV HOST=0.0.0.0 \
    PORT=5000 \
    ALLOW_NO_KEYS=yes \
    STATE_DIR=/var/lib/syncnet/state
# Videos below tmp/uploads can be named as "tmp/uploads/x.mp4", "/app/tmp/uploads/x.mp4" or "x.mp4". The service must be
# able to read them, and writes nothing there: the folder may be anybody's, and mounted read-only.
WORKDIR /app
RUN mkdir -p tmp/uploads
USER 10001:10001
VOLUME /var/lib/syncnet /tmp
EXPOSE 5000
HEALTHCHECK --interval=10s --timeout=3s --start-period=10s \
    CMD ["curl", "-fsS", "-o", "/dev/null", "http://127.0.0.1:5000/readyz"]
ENTRYPOINT ["syncnet"]
CMD ["serve"]
