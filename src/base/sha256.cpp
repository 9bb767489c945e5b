#include "base/sha256.h"

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <fstream>
#include <memory>

#include "base/error.h"

namespace syncnet {

Sha256 sha256(std::string_view text) {
    Sha256 digest{};
    if (EVP_Digest(text.data(), text.size(), digest.data(), nullptr, EVP_sha256(), nullptr) != 1)
        throw Error(ErrorCode::internal, "OpenSSL has no SHA-256");
    return digest;
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
    constexpr std::size_t kBlock = 1U << 20U;
    std::ifstream file(path, std::ios::binary);
    if (!file) throw Error(ErrorCode::not_found, "can't read " + path.filename().string());
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                          EVP_MD_CTX_free);
    bool fine = context && EVP_DigestInit_ex(context.get(), EVP_sha256(), nullptr) == 1;
    std::string block(kBlock, '\0');
    while (fine && file) {
        file.read(block.data(), static_cast<std::streamsize>(block.size()));
        fine = EVP_DigestUpdate(context.get(), block.data(),
                                static_cast<std::size_t>(file.gcount())) == 1;
    }
    Sha256 digest{};
    if (!fine || EVP_DigestFinal_ex(context.get(), digest.data(), nullptr) != 1)
        throw Error(ErrorCode::internal, "OpenSSL has no SHA-256");
    return to_hex(digest);
}

}  // namespace syncnet
