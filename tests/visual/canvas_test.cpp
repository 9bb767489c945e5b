#include "visual/canvas.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace syncnet::visual {
namespace {

constexpr Colour kRed{255, 0, 0}, kBlack{};

int inked(const Canvas& canvas, const Rect& in) {
    int count = 0;
    for (int y = in.y; y < in.y + in.height; ++y)
        for (int x = in.x; x < in.x + in.width; ++x) count += canvas.at(x, y) == kBlack ? 0 : 1;
    return count;
}

int inked(const Canvas& canvas) {
    return inked(canvas, {0, 0, canvas.width(), canvas.height()});
}

TEST(Canvas, FillsWhatIsInside) {
    Canvas canvas(20, 10);
    canvas.fill({-5, -5, 10, 10}, kRed);
    EXPECT_EQ(inked(canvas), 25);
    EXPECT_EQ(canvas.at(4, 4), kRed);
    EXPECT_EQ(canvas.at(5, 4), kBlack);
    canvas.fill({100, 100, 5, 5}, kRed);
    canvas.fill({18, 8, 100, 100}, kRed);
    EXPECT_EQ(inked(canvas), 29);
}

TEST(Canvas, MixesByOpacity) {
    Canvas canvas(4, 4);
    canvas.fill({0, 0, 4, 4}, {200, 100, 0}, 0.5);
    EXPECT_EQ(canvas.at(1, 1), (Colour{100, 50, 0}));
}

TEST(Canvas, OutlinesWithoutTouchingTheInside) {
    Canvas canvas(20, 20);
    canvas.outline({2, 3, 10, 8}, 2, kRed);
    EXPECT_EQ(inked(canvas), 10 * 8 - 6 * 4);
    EXPECT_EQ(canvas.at(2, 3), kRed);
    EXPECT_EQ(canvas.at(11, 10), kRed);
    EXPECT_EQ(canvas.at(6, 6), kBlack);
}

TEST(Canvas, DrawsLinesFromEndToEnd) {
    Canvas canvas(40, 40);
    canvas.line({5, 5}, {35, 35}, 2, kRed);
    for (const int i : {6, 20, 34}) EXPECT_EQ(canvas.at(i, i), kRed) << i;
    EXPECT_EQ(canvas.at(30, 10), kBlack);
    EXPECT_EQ(inked(canvas, {0, 0, 3, 3}), 0);
    canvas.line({-100, 20}, {100, 20}, 1, kRed);  // beyond both sides
    EXPECT_EQ(canvas.at(0, 19).red, canvas.at(39, 19).red);
}

TEST(Canvas, DrawsLettersInTheirPlace) {
    Canvas canvas(60, 30);
    const double end = canvas.text({10, 10}, "Ab", 1, kRed);
    EXPECT_EQ(end, 10 + text_width("Ab", 1));
    EXPECT_EQ(inked(canvas, {10, 10, 12, 7}), inked(canvas)) << "nothing beside the letters";
    EXPECT_EQ(canvas.at(10, 16), kRed) << "the left foot of the A";
    EXPECT_EQ(canvas.at(12, 16), kBlack) << "between its feet";
}

double red(const Canvas& canvas) {
    double sum = 0;
    for (std::size_t i = 0; i < canvas.rgb().size(); i += 3) sum += canvas.rgb()[i];
    return sum;
}

TEST(Canvas, LettersGrow) {
    Canvas small(200, 40), large(200, 40);
    small.text({2, 2}, "Track 0", 1, kRed);
    large.text({2, 2}, "Track 0", 2.5, kRed);
    EXPECT_NEAR(red(large) / red(small), 2.5 * 2.5, 1.5);
}

TEST(Canvas, EveryLetterIsAnotherOne) {
    std::vector<std::vector<std::uint8_t>> seen;
    for (char c = ' '; c <= '~'; ++c) {
        Canvas canvas(10, 10);
        canvas.text({2, 1}, std::string(1, c), 1, kRed);
        EXPECT_EQ(inked(canvas) == 0, c == ' ') << c;
        const std::vector<std::uint8_t> image(canvas.rgb().begin(), canvas.rgb().end());
        EXPECT_EQ(std::ranges::find(seen, image), seen.end()) << c;
        seen.push_back(image);
    }
}

}  // namespace
}  // namespace syncnet::visual
