// Reads the body of `POST /score`: JSON with a path, or a form with a file.
#pragma once

#include <memory>
#include <string>

#include "media/reader.h"
#include "service/http.h"
#include "service/settings.h"
#include "service/temporary_file.h"
#include "service/upload_folder.h"

namespace syncnet::service {

inline constexpr std::uint64_t kMaxJsonBytes = 64 << 10;
inline constexpr std::uint64_t kFormOverheadBytes = 64 << 10;  // beside the video itself
inline constexpr std::size_t kMaxSessionIdBytes = 256;

struct ScoreRequest {
    std::string session_id;
    std::string model;
    std::shared_ptr<TemporaryFile> upload;  // keeps an uploaded file alive
    UniqueFd file;                          // or the file below the upload folder

    media::Source source() const;
};

using HeaderParser = http::request_parser<http::empty_body>;

// What can be told from the headers alone, before a byte of the body is taken: type, length.
// Throws.
void judge_headers(const HeaderParser& header, const Settings& settings);

// Takes the body off the connection; `unread` becomes false, also where an exception is
// thrown, once nothing of it is left there. Throws Error for what is wrong with it,
// boost::system::system_error where the connection breaks.
asio::awaitable<ScoreRequest> read_score_request(beast::tcp_stream& stream,
                                                 beast::flat_buffer& buffer, HeaderParser& header,
                                                 const Settings& settings,
                                                 const UploadFolder& folder, bool& unread);

}  // namespace syncnet::service
