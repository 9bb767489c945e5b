#include "nn/weights/safetensors.h"

#include <gtest/gtest.h>

#include <cstring>
#include <random>

#include "base/error.h"
#include "nn/weights/half.h"

namespace syncnet::nn {
namespace {

std::vector<std::byte> file_of(const std::string& header, std::span<const std::byte> data) {
    std::vector<std::byte> file(8 + header.size() + data.size());
    const std::uint64_t length = header.size();
    std::memcpy(file.data(), &length, 8);
    std::memcpy(file.data() + 8, header.data(), header.size());
    std::ranges::copy(data, file.begin() + static_cast<std::ptrdiff_t>(8 + header.size()));
    return file;
}

const std::string kHeader =
    R"({"__metadata__":{"format":"x/1"},"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
    R"("b":{"dtype":"F16","shape":[1,2],"data_offsets":[8,12]}})";

std::vector<std::byte> data_of(float a0) {
    std::vector<std::byte> data(12);
    const float a[] = {a0, -2.5F};
    const std::uint16_t b[] = {0x3C00, 0xB800};  // 1, -0.5
    std::memcpy(data.data(), a, 8);
    std::memcpy(data.data() + 8, b, 4);
    return data;
}

TEST(Safetensors, ReadsFloatsHalvesAndMetadata) {
    const Safetensors file(file_of(kHeader, data_of(1.5F)));
    EXPECT_EQ(file.at("a").values, (std::vector{1.5F, -2.5F}));
    EXPECT_EQ(file.at("b").values, (std::vector{1.0F, -0.5F}));
    EXPECT_EQ(file.at("b").dims, (std::vector{1, 2}));
    EXPECT_EQ(file.metadata().at("format"), "x/1");
}

TEST(Safetensors, CountersAreNoWeights) {
    const Safetensors file(
        file_of(R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[0,8]},)"
                R"("a.num_batches_tracked":{"dtype":"I64","shape":[],"data_offsets":[0,8]}})",
                data_of(1)));
    EXPECT_EQ(file.names(), std::vector<std::string>{"a"});
}

TEST(Safetensors, NamesWhatIsMissing) {
    const Safetensors file(file_of(kHeader, data_of(1)));
    try {
        (void)file.at("lip.stem.weight");
        FAIL();
    } catch (const Error& e) {
        EXPECT_NE(std::string(e.what()).find("lip.stem.weight"), std::string::npos);
    }
}

TEST(Safetensors, RefusesWhatIsDamaged) {
    const auto good = file_of(kHeader, data_of(1));
    for (std::ptrdiff_t size = 0; size < std::ssize(good); ++size)
        EXPECT_THROW(Safetensors(std::vector(good.begin(), good.begin() + size)), Error) << size;
    EXPECT_THROW((void)Safetensors(file_of(kHeader, data_of(NAN))).at("a"), Error);
    for (const char* header : {R"({"a":{"dtype":"F32","shape":[3],"data_offsets":[0,8]}})",
                               R"({"a":{"dtype":"F32","shape":[-2],"data_offsets":[0,8]}})",
                               R"({"a":{"dtype":"F32","shape":[4294967298],"data_offsets":[0,8]}})",
                               R"({"a":{"dtype":"F32","shape":[2],"data_offsets":[8,0]}})",
                               R"({"a":{"dtype":"Q4","shape":[2],"data_offsets":[0,8]}})",
                               R"({"a":{"dtype":"F32","shape":[2]}})", R"([1,2,3])", "nonsense"})
        EXPECT_THROW(Safetensors(file_of(header, data_of(1))), Error) << header;
}

TEST(Half, ConvertsAsTheStandardSays) {
    EXPECT_EQ(half_to_float(0x0000), 0.0F);
    EXPECT_EQ(half_to_float(0x3C00), 1.0F);
    EXPECT_EQ(half_to_float(0xC000), -2.0F);
    EXPECT_EQ(half_to_float(0x7BFF), 65504.0F);
    EXPECT_EQ(half_to_float(0x0001), 0x1p-24F);
    EXPECT_EQ(half_to_float(0x8400), -0x1p-14F);
    EXPECT_TRUE(std::isinf(half_to_float(0x7C00)));
    EXPECT_TRUE(std::isnan(half_to_float(0x7E00)));
}

}  // namespace
}  // namespace syncnet::nn
