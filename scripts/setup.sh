#!/usr/bin/env bash
# Installs what a part of the work needs on Debian 12: setup.sh [build|page|python|deb|demo|test|web|bench|lint|fuzz|train].
# Quick when all is there. Uses sudo when not root.
set -euo pipefail
cd "$(dirname "$0")/.."

build=(g++ cmake ninja-build pkg-config libdnnl-dev libavformat-dev libavcodec-dev libavfilter-dev libswscale-dev
    libswresample-dev libboost1.81-dev libboost-url1.81-dev nlohmann-json3-dev libspdlog-dev libcli11-dev
    libssl-dev ca-certificates libseccomp-dev libsqlitecpp-dev libsqlite3-dev prometheus-cpp-dev
    libkainjow-mustache-dev git)
module=(pybind11-dev python3-dev python3-numpy python3-pip)
sample=(ffmpeg espeak-ng python3 python3-numpy python3-pil)
case "${1:-build}" in
    build) packages=("${build[@]}") ;;
    page) packages=() ;;
    python) packages=("${build[@]}" "${module[@]}") ;;
    deb) packages=("${build[@]}" "${module[@]}" dpkg-dev file) ;;
    demo) packages=("${build[@]}" "${sample[@]}") ;;
    test) packages=("${build[@]}" "${module[@]}" "${sample[@]}" libgtest-dev libgmock-dev curl openssl python3-yaml python3-jsonschema) ;;
    web) packages=("${build[@]}" "${sample[@]}" chromium) ;;
    bench) packages=("${build[@]}" "${sample[@]}" libbenchmark-dev python3-torch) ;;
    lint) packages=("${build[@]}" clang-format-14 clang-tidy-14 shellcheck pyflakes3) ;;
    fuzz) packages=("${build[@]}" clang-14 libclang-rt-14-dev) ;;
    train) packages=("${build[@]}" ffmpeg espeak-ng python3-torch python3-numpy python3-pil) ;;
    *)
        echo "setup.sh: unknown part: $1" >&2
        exit 2
        ;;
esac
# Any node will do; where one came from elsewhere, Debian's npm would conflict with it.
command -v npm >/dev/null || packages+=(npm)

missing=()
for package in "${packages[@]}"; do
    dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
        missing+=("$package")
done
if [ ${#missing[@]} -gt 0 ]; then
    root=()
    [ "$(id -u)" -eq 0 ] || root=(sudo)
    echo "installing ${missing[*]}" >&2
    "${root[@]}" apt-get update -qq
    "${root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends \
        "${missing[@]}" >/dev/null
fi

npm_install() { # folder
    [ "$1/package-lock.json" -nt "$1/node_modules/.package-lock.json" ] || return 0
    npm --prefix "$1" ci --loglevel=error
    touch "$1/node_modules/.package-lock.json"
}

npm_install .  # the face detector's weights
case "${1:-build}" in
    page) npm_install web ;;
    test) npm_install examples/express ;;
    web) npm_install tests/web ;;
esac
