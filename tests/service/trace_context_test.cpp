#include "service/http/trace_context.h"

#include <gtest/gtest.h>

namespace syncnet::service {
namespace {

const std::string kExample = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";  // of W3C

TEST(TraceContext, ReadsWhatItWrites) {
    const auto context = parse_traceparent(kExample);
    ASSERT_TRUE(context);
    EXPECT_EQ(to_string(*context), kExample);
    EXPECT_EQ(trace_id_of(*context), "4bf92f3577b34da6a3ce929d0e0e4736");
}

TEST(TraceContext, RefusesWhatIsNotOne) {
    const auto with = [](std::size_t at, const std::string& text) {
        return std::string(kExample).replace(at, text.size(), text);
    };
    for (const std::string& bad :
         {std::string(), kExample.substr(1), kExample + "-", kExample + " ", kExample + "-00",
          " " + kExample, with(0, "ff"), with(0, "0x"), with(2, "_"), with(3, "4BF9"),
          with(35, "_"), with(3, std::string(32, '0')), with(36, std::string(16, '0')),
          with(53, "0g"), std::string(55, '0'), std::string(1 << 16, 'a')})
        EXPECT_FALSE(parse_traceparent(bad)) << bad.substr(0, 60);
}

TEST(TraceContext, ReadsVersionsToCome) {
    const std::string next = "cc" + kExample.substr(2);
    EXPECT_TRUE(parse_traceparent(next));
    EXPECT_TRUE(parse_traceparent(next + "-what-will-be"));
    EXPECT_TRUE(parse_traceparent(next + "-"));
    EXPECT_FALSE(parse_traceparent(next + ".what"));
    EXPECT_EQ(to_string(child_of(next)).substr(0, 2), "00") << "we speak our own version";
}

TEST(TraceContext, AChildIsANewSpanOfTheSameTrace) {
    const auto parent = *parse_traceparent(kExample);
    const auto child = child_of(kExample);
    EXPECT_EQ(child.trace_id, parent.trace_id);
    EXPECT_NE(child.span_id, parent.span_id);
    EXPECT_EQ(child.flags, 1);
    EXPECT_EQ(child_of(kExample.substr(0, 53) + "00").flags, 0);
    EXPECT_EQ(child_of(kExample.substr(0, 53) + "ff").flags, 1) << "no flag without a meaning";
    EXPECT_TRUE(parse_traceparent(to_string(child)));
}

TEST(TraceContext, WithoutAParentATraceBegins) {
    for (const char* parent : {"", "nonsense"}) {
        const auto one = child_of(parent), other = child_of(parent);
        EXPECT_TRUE(parse_traceparent(to_string(one)));
        EXPECT_NE(one.trace_id, other.trace_id);
        EXPECT_NE(one.span_id, other.span_id);
    }
}

}  // namespace
}  // namespace syncnet::service
