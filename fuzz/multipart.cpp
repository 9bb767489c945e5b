#include "service/http/multipart.h"

#include <algorithm>
#include <cstdlib>

#include "base/error.h"
#include "fuzz/targets.h"

namespace syncnet::fuzz {
namespace {

struct Form {
    bool refused = false;
    std::string file;
    std::map<std::string, std::string> fields;

    bool operator==(const Form&) const = default;
};

Form read(std::string_view content_type, std::string_view body, std::size_t piece) {
    Form form;
    try {
        service::MultipartReader reader(content_type, "video", [&](std::span<const char> bytes) {
            form.file.append(bytes.data(), bytes.size());
        });
        for (std::size_t at = 0; at < body.size(); at += piece) reader.push(body.substr(at, piece));
        reader.finish();
        form.fields = reader.fields();
    } catch (const Error& e) {
        if (e.code() != ErrorCode::invalid_request) throw;
        return {.refused = true};
    }
    return form;
}

}  // namespace

// The first line is the content type. However a body is cut into pieces, it says the same.
void multipart(std::span<const std::byte> input) {
    const std::string_view text = as_text(input);
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view body = text.substr(std::min(end + 1, text.size()));
    const Form whole = read(text.substr(0, end), body, std::max<std::size_t>(1, body.size()));
    if (whole.file.size() > body.size()) std::abort();
    for (const std::size_t piece : {1U, 7U})
        if (read(text.substr(0, end), body, piece) != whole) std::abort();
}

}  // namespace syncnet::fuzz
