#include "service/http/multipart.h"

#include <gtest/gtest.h>

#include "base/error.h"

namespace syncnet::service {
namespace {

constexpr const char* kType = "multipart/form-data; boundary=XyZ";

struct Form {
    std::string file;
    std::map<std::string, std::string> fields;
    bool has_file = false;
};

Form parse(const std::string& body, std::size_t piece = 1 << 20, const char* type = kType) {
    Form form;
    MultipartReader reader(type, "video", [&](std::span<const char> bytes) {
        form.file.append(bytes.data(), bytes.size());
    });
    for (std::size_t at = 0; at < body.size(); at += piece)
        reader.push(std::span(body).subspan(at, std::min(piece, body.size() - at)));
    reader.finish();
    form.fields = reader.fields();
    form.has_file = reader.has_file();
    return form;
}

std::string part(const std::string& name, const std::string& content,
                 const std::string& more = "") {
    return "--XyZ\r\nContent-Disposition: form-data; name=\"" + name + "\"" + more +
           "\r\nContent-Type: application/octet-stream\r\n\r\n" + content + "\r\n";
}

const std::string kEnd = "--XyZ--\r\n";

TEST(Multipart, ReadsFileAndFieldsHoweverTheBytesCome) {
    // What looks like a boundary, and nearly is one, belongs to the file.
    const std::string video = "\r\n--Xy\r\n--XYZ\r\n\r\n--XyW\0binary\xff";
    const std::string body =
        part("session_id", "abc-1") + part("video", video, "; filename=\"a;b.mp4\"") + kEnd;
    for (std::size_t piece = 1; piece < 60; ++piece) {
        const Form form = parse(body, piece);
        EXPECT_EQ(form.file, video) << piece;
        EXPECT_EQ(form.fields.at("session_id"), "abc-1") << piece;
    }
}

TEST(Multipart, TakesWhatBrowsersAndCurlSend) {
    EXPECT_EQ(parse("preamble\r\n" + part("video", "v") + kEnd + "epilogue").file, "v");
    EXPECT_EQ(
        parse(part("video", "v") + kEnd, 1 << 20, "multipart/form-data; boundary=\"XyZ\"").file,
        "v");
    EXPECT_EQ(parse(part("video", "") + kEnd).file, "");
    EXPECT_TRUE(parse(part("video", "") + kEnd).has_file);
    EXPECT_FALSE(parse(part("other", "x") + kEnd).has_file);
    EXPECT_EQ(parse("--XyZ\r\n\r\nno headers\r\n" + part("video", "v") + kEnd).file, "v");
}

TEST(Multipart, RefusesWhatIsMalformed) {
    EXPECT_THROW(parse("", 1, "multipart/form-data"), Error);
    EXPECT_THROW(parse("", 1, ("multipart/form-data; boundary=" + std::string(71, 'b')).c_str()),
                 Error);
    EXPECT_THROW(parse(""), Error);
    EXPECT_THROW(parse(part("video", "v")), Error) << "no last boundary";
    EXPECT_THROW(parse(part("video", "v") + part("video", "w") + kEnd), Error);
    EXPECT_THROW(parse(part("session_id", std::string(kMaxFieldBytes + 1, 's')) + kEnd), Error);
    EXPECT_THROW(parse("--XyZ\r\nX: " + std::string(kMaxPartHeaderBytes, 'h') + "\r\n\r\n"), Error);
    std::string many;
    for (std::size_t i = 0; i <= kMaxParts; ++i) many += part("f" + std::to_string(i), "x");
    EXPECT_THROW(parse(many + kEnd), Error);
}

TEST(Multipart, KeepsTheFirstOfTwoFields) {
    EXPECT_EQ(parse(part("a", "1") + part("a", "2") + kEnd).fields.at("a"), "1");
}

}  // namespace
}  // namespace syncnet::service
