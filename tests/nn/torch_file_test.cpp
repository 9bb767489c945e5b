#include "nn/weights/torch_file.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <cstring>
#include <fstream>
#include <iterator>
#include <random>

#include "base/error.h"
#include "nn/weights/safetensors.h"

namespace syncnet::nn {
namespace {

// tests/reference/make_torch_files.py wrote them, with PyTorch.
const std::string kFolder = SYNCNET_SOURCE_DIR "/tests/golden/torch/";

std::vector<std::byte> bytes_of(const std::string& name) {
    std::ifstream file(kFolder + name, std::ios::binary);
    const std::string content{std::istreambuf_iterator<char>(file), {}};
    const auto bytes = std::as_bytes(std::span(content));
    return {bytes.begin(), bytes.end()};
}

void append(std::vector<std::byte>& to, std::string_view text) {
    const auto bytes = std::as_bytes(std::span(text));
    to.insert(to.end(), bytes.begin(), bytes.end());
}

// A legacy file whose object is this program.
std::vector<std::byte> with_program(std::string_view program) {
    using namespace std::string_view_literals;
    std::vector<std::byte> file;
    append(file, "\x80\x02\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19."sv);
    append(file, "\x80\x02M\xe9\x03."sv);
    append(file, "\x80\x02}."sv);
    append(file, program);
    return file;
}

std::string refusal(std::vector<std::byte> file) {
    try {
        const auto weights = read_weights(std::move(file));
        for (const std::string& name : weights->names()) (void)weights->at(name);
    } catch (const Error& e) {
        EXPECT_EQ(e.code(), ErrorCode::bad_model);
        return e.what();
    }
    return "";
}

void expect_same(const Weights& weights, const std::string& prefix, std::size_t at_least) {
    const Safetensors expected(MappedFile(kFolder + "expected.safetensors", 1U << 20U));
    std::size_t count = 0;
    for (const std::string& name : weights.names()) {
        const Tensor got = weights.at(name);
        const Tensor want = expected.at(prefix + name);
        EXPECT_EQ(got.dims, want.dims) << name;
        EXPECT_EQ(got.values, want.values) << name;
        ++count;
    }
    EXPECT_GE(count, at_least);
}

// Views, offsets, shared storages, every floating type; integers are left out.
TEST(TorchFile, ReadsWhatPyTorchWroteInBothContainers) {
    for (const char* const name : {"legacy.pt", "zip.pt"}) {
        SCOPED_TRACE(name);
        const auto weights = open_weights(kFolder + name, 1U << 20U);
        expect_same(*weights, "", 8);
        EXPECT_EQ(weights->dims("bn.num_batches_tracked"), nullptr);
    }
}

TEST(TorchFile, AModuleThatAllNamesShareIsNoPartOfThem) {
    expect_same(*open_weights(kFolder + "module.pt", 1U << 20U), "", 8);
}

TEST(TorchFile, FindsTheStateDictInACheckpoint) {
    expect_same(*open_weights(kFolder + "nested.pt", 1U << 20U), "nested.", 6);
}

TEST(TorchFile, ReadsWhatAGpuSaved) {
    const auto weights = open_weights(kFolder + "cuda.pt", 1U << 20U);
    EXPECT_EQ(weights->at("a.weight").values, (std::vector<float>{0, 1, 2, 3, 4, 5}));
    EXPECT_EQ(weights->at("a.bias").values, (std::vector<float>{1, 2}));
}

TEST(TorchFile, RunsNothingAndNamesWhatWasAskedFor) {
    const std::string why = refusal(bytes_of("malicious.pt"));
    EXPECT_NE(why.find("os.system"), std::string::npos) << why;
    EXPECT_NE(why.find("nothing was run"), std::string::npos) << why;
    // Names that PyTorch has, but no state dict needs.
    EXPECT_NE(refusal(with_program("\x80\x02"
                                   "ctorch.hub\nload\n)R."))
                  .find("torch.hub.load"),
              std::string::npos);
    // Protocol 4's way to name things.
    EXPECT_NE(refusal(with_program("\x80\x02\x8c\x02os\x8c\x06system\x93.")), "");
}

TEST(TorchFile, PicklesThatMakeNoSenseAreRefused) {
    using namespace std::string_view_literals;
    for (const std::string_view program : {"."sv,
                                           "\x80\x02."sv,
                                           "\x80\x05N."sv,
                                           "\x80\x02R."sv,
                                           "\x80\x02)R."sv,
                                           "\x80\x02))R."sv,
                                           "\x80\x02t."sv,
                                           "\x80\x02h\x01."sv,
                                           "\x80\x02q\x01."sv,
                                           "\x80\x02}(K\x01u."sv,
                                           "\x80\x02]K\x01s."sv,
                                           "\x80\x02Q."sv,
                                           "\x80\x02NQ."sv,
                                           "\x80\x02X\xff\xff\xff\xff"sv,
                                           "\x80\x02"
                                           "ccollections\nOrderedDict\nK\x01R."sv,
                                           "\x80\x02"
                                           "ctorch._utils\n_rebuild_tensor_v2\n)R."sv,
                                           "\x80\x02"
                                           "ctorch._utils\n_rebuild_tensor_v2\n(NNNNtR."sv,
                                           "\x80\x02"
                                           "ctorch\nFloatStorage\n)R."sv,
                                           "\x80\x02"
                                           "cno end of line"sv,
                                           "\x80\x02K\x01."sv,
                                           "\x80\x02N"sv})
        EXPECT_NE(refusal(with_program(program)), "") << testing::PrintToString(program);
}

// A list that is made into a dict over and over is more than the file's size suggests.
TEST(TorchFile, SmallFilesThatGrowAreRefused) {
    std::string pairs = "\x80\x02]q\x01(";
    for (int i = 0; i < 20'000; ++i) pairs += "K\x01K\x02\x86";
    pairs += "e0";
    for (int i = 0; i < 20'000; ++i) pairs += "ccollections\nOrderedDict\nh\x01\x85R0";
    EXPECT_NE(refusal(with_program(pairs + "N.")).find("too many keys"), std::string::npos);
}

// Lists in lists in lists, and one that holds itself: no recursion, no leak.
TEST(TorchFile, NestingWithoutEndIsHarmless) {
    std::string deep = "\x80\x02]";
    for (int i = 0; i < 100'000; ++i) deep += "\x85";
    EXPECT_NE(refusal(with_program(deep + ".")), "");
    EXPECT_NE(refusal(with_program("\x80\x02]q\x01h\x01"
                                   "a.")),
              "");
    std::string endless = "\x80\x02";
    for (int i = 0; i < 400'000; ++i) endless += "N0";
    EXPECT_NE(refusal(with_program(endless + ".")), "");
}

TEST(TorchFile, CutShortAnywhereItIsRefused) {
    for (const char* const name : {"legacy.pt", "zip.pt", "cuda.pt"}) {
        const auto good = bytes_of(name);
        for (std::ptrdiff_t size = 0; size < std::ssize(good); ++size)
            EXPECT_NE(refusal({good.begin(), good.begin() + size}), "") << name << ' ' << size;
    }
}

TEST(TorchFile, DamagedBytesAreReadOrRefusedButNeverCrash) {
    std::mt19937 engine(5);
    for (const char* const name : {"legacy.pt", "zip.pt", "module.pt", "nested.pt", "cuda.pt"}) {
        const auto good = bytes_of(name);
        for (int i = 0; i < 4000; ++i) {
            auto bad = good;
            for (unsigned k = 0; k < 1 + engine() % 4; ++k)
                bad[engine() % bad.size()] = std::byte(engine() % 256);
            (void)refusal(std::move(bad));
        }
    }
}

// Offsets in the archive, from its end: the directory record is 22 bytes.
TEST(TorchFile, ArchivesThatLieAreRefused) {
    const auto good = bytes_of("zip.pt");
    const auto central = [&] {  // of the first entry
        const auto at = std::ranges::search(
            good, std::array{std::byte{'P'}, std::byte{'K'}, std::byte{1}, std::byte{2}});
        return static_cast<std::size_t>(at.begin() - good.begin());
    }();
    const auto with = [&](std::size_t offset, std::uint32_t value) {
        auto bad = good;
        std::memcpy(bad.data() + central + offset, &value, sizeof value);
        return refusal(std::move(bad));
    };
    EXPECT_NE(with(24, 0x7FFFFFFF).find("two sizes"), std::string::npos);
    EXPECT_NE(with(8, 0x00080001).find("compressed"), std::string::npos);
    EXPECT_NE(with(8, 0x00000001).find("encrypted"), std::string::npos);
    EXPECT_NE(with(42, 0x00FFFFFF), "");
}

TEST(Weights, OtherFilesAreNotWeights) {
    EXPECT_NE(refusal(std::vector<std::byte>(1000, std::byte{0xFF})).find("no weights"),
              std::string::npos);
    EXPECT_NE(refusal({}), "");
    EXPECT_THROW((void)open_weights("/nonexistent", 1000), Error);
    EXPECT_THROW((void)open_weights("/tmp", 1000), Error);
    EXPECT_THROW((void)open_weights(kFolder + "zip.pt", 1000), Error) << "larger than allowed";
}

TEST(Weights, CompareValuesFindsWhatIsNotFinite) {
    const auto good = bytes_of("cuda.pt");
    const auto read = [](auto bytes) {
        return compare_values(*read_weights(std::move(bytes)),
                              std::vector<TensorSpec>{{"a.weight", {2, 3}}, {"a.bias", {2}}});
    };
    EXPECT_TRUE(read(good).empty());
    auto bad = good;
    const float nan = NAN;
    std::memcpy(bad.data() + bad.size() - sizeof nan, &nan, sizeof nan);
    EXPECT_EQ(read(bad), std::vector<std::string>{"a.bias holds a value that is not finite"});
}

TEST(Weights, CompareNamesEveryDifference) {
    const auto weights = open_weights(kFolder + "legacy.pt", 1U << 20U);
    const std::vector<TensorSpec> expected{
        {"conv.weight", {2, 3, 2, 2}}, {"conv.bias", {3}}, {"fc.weight", {4, 4}}};
    EXPECT_EQ(
        compare(*weights, expected),
        (std::vector<std::string>{"conv.bias is [2] and should be [3]", "fc.weight is missing"}));
}

}  // namespace
}  // namespace syncnet::nn
