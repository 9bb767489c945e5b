#include "media/whole_boxes.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>
#include <vector>

namespace syncnet::media {
namespace {

std::string box(std::string_view type, std::size_t bytes) {
    std::string text(bytes, 'x');
    for (std::size_t i = 0; i < 4; ++i) text[i] = static_cast<char>(bytes >> (24 - 8 * i) & 0xffU);
    return text.replace(4, 4, type);
}

WholeBoxes of(const std::string& text) {
    return whole_boxes(Source::from_bytes(std::as_bytes(std::span(text))));
}

const std::string kBegin = box("ftyp", 24) + box("moov", 100);
const std::string kFragment = box("moof", 80) + box("mdat", 1000);

TEST(WholeBoxes, WithoutTheHalfDescription) {
    const std::string whole = kBegin + kFragment;
    const std::string next = box("moof", 80);
    for (std::size_t cut = 1; cut < next.size(); ++cut) {
        const WholeBoxes found = of(whole + next.substr(0, cut));
        EXPECT_EQ(found.end, std::ssize(whole)) << cut;
        EXPECT_TRUE(found.cut_off) << cut;
    }
}

TEST(WholeBoxes, WhatFFmpegCopesWithStays) {
    const std::string whole = kBegin + kFragment + kFragment;
    for (const std::string& text : {whole, whole.substr(0, whole.size() - 300),  // cut in images
                                    kBegin.substr(0, 60),  // in the header: nothing can be done
                                    kBegin + box("mdat", 5000).substr(0, 700),  // not fragmented
                                    whole + std::string(16, '\0'),              // padding
                                    box("RIFF", 400) + whole, std::string("x"), kFragment}) {
        const WholeBoxes found = of(text);
        EXPECT_EQ(found.end, std::ssize(text));
        EXPECT_FALSE(found.cut_off);
    }
}

TEST(WholeBoxes, AnIndexThatIsCutIsNoLoss) {
    const std::string whole = kBegin + kFragment;
    const WholeBoxes found = of(whole + box("mfra", 90).substr(0, 50));
    EXPECT_EQ(found.end, std::ssize(whole));
    EXPECT_FALSE(found.cut_off);
}

TEST(WholeBoxes, HostileSizesEnd) {
    std::string many = kBegin + kFragment;
    for (int i = 0; i < 2 * kMaxBoxes; ++i) many += box("free", 8);
    EXPECT_EQ(of(many).end, std::ssize(many));
    std::string huge = box("moof", 16);
    huge.replace(0, 4, std::string("\0\0\0\1", 4)).replace(8, 8, std::string(8, '\xff'));
    const std::string whole = kBegin + kFragment;
    EXPECT_EQ(of(whole + huge).end, std::ssize(whole));
}

}  // namespace
}  // namespace syncnet::media
