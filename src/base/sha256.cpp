#include "base/sha256.h"

#include <fcntl.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <cerrno>

#include "base/error.h"
#include "base/unique_fd.h"

namespace syncnet {

namespace {

constexpr std::size_t kBlock = 1U << 20U;

EVP_MD_CTX* as_context(void* context) {
    return static_cast<EVP_MD_CTX*>(context);
}

void require(int status) {
    if (status != 1) throw Error(ErrorCode::internal, "OpenSSL has no SHA-256");
}

}  // namespace

void Sha256Stream::Free::operator()(void* context) const {
    EVP_MD_CTX_free(as_context(context));
}

Sha256Stream::Sha256Stream() : context_(EVP_MD_CTX_new()) {
    require(EVP_DigestInit_ex(as_context(context_.get()), EVP_sha256(), nullptr));
}

void Sha256Stream::add(std::span<const char> bytes) {
    require(EVP_DigestUpdate(as_context(context_.get()), bytes.data(), bytes.size()));
}

Sha256 Sha256Stream::finish() {
    Sha256 digest{};
    require(EVP_DigestFinal_ex(as_context(context_.get()), digest.data(), nullptr));
    return digest;
}

Sha256 sha256(std::string_view text) {
    Sha256Stream stream;
    stream.add(text);
    return stream.finish();
}

Sha256 hmac_sha256(Bytes key, std::string_view text) {
    Sha256 digest{};
    if (HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             nullptr) == nullptr)
        throw Error(ErrorCode::internal, "OpenSSL has no HMAC");
    return digest;
}

std::string sha256_of(const std::filesystem::path& path) {
    const UniqueFd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!file) throw Error(ErrorCode::not_found, "can't read " + path.filename().string());
    return sha256_of(file.get());
}

std::string sha256_of(int fd) {
    Sha256Stream stream;
    std::string block(kBlock, '\0');
    for (off_t at = 0;;) {
        const ssize_t length = ::pread(fd, block.data(), block.size(), at);
        if (length < 0 && errno == EINTR) continue;
        if (length < 0) throw Error(ErrorCode::unreadable_video, "the disk fails");
        if (length == 0) break;
        stream.add(std::span(block).first(static_cast<std::size_t>(length)));
        at += length;
    }
    return to_hex(stream.finish());
}

}  // namespace syncnet
