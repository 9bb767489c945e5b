#include "base/encoding.h"

#include <gtest/gtest.h>

#include <array>

#include "base/sha256.h"

namespace syncnet {
namespace {

std::vector<unsigned char> bytes(std::string_view text) {
    return {text.begin(), text.end()};
}

TEST(Encoding, Base64OfRfc4648) {
    const std::array<std::pair<const char*, const char*>, 7> kExamples{{{"", ""},
                                                                        {"f", "Zg=="},
                                                                        {"fo", "Zm8="},
                                                                        {"foo", "Zm9v"},
                                                                        {"foob", "Zm9vYg=="},
                                                                        {"fooba", "Zm9vYmE="},
                                                                        {"foobar", "Zm9vYmFy"}}};
    for (const auto& [plain, coded] : kExamples) {
        EXPECT_EQ(to_base64(bytes(plain)), coded);
        EXPECT_EQ(from_base64(coded), bytes(plain)) << coded;
    }
    EXPECT_EQ(to_base64url(bytes("\xfb\xff\xfe")), "-__-");
    EXPECT_EQ(to_base64url(bytes("f")), "Zg");
}

TEST(Encoding, RefusesWhatIsNotBase64) {
    for (const char* bad :
         {"Zg", "Zg=", "Z===", "====", "Zg==Zg==", " Zg=", "Zm9\n", "Zm-_", "Zm9v="})
        EXPECT_FALSE(from_base64(bad)) << bad;
}

TEST(Encoding, HexadecimalBothWays) {
    std::array<unsigned char, 3> read{};
    EXPECT_TRUE(from_hex("00ff1a", read));
    EXPECT_EQ(to_hex(read), "00ff1a");
    for (const char* bad : {"", "00ff1", "00ff1a0", "00FF1A", "00ff1g", " 0ff1a"})
        EXPECT_FALSE(from_hex(bad, read)) << bad;
}

TEST(Sha256, OfFips180AndRfc4231) {
    EXPECT_EQ(to_hex(sha256("abc")),
              "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    EXPECT_EQ(to_hex(hmac_sha256(bytes("Jefe"), "what do ya want for nothing?")),
              "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
}

}  // namespace
}  // namespace syncnet
