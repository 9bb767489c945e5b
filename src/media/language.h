// What containers call a language: "de", "deu", "ger" and "de-AT" are one.
#pragma once

#include <string>
#include <string_view>

namespace syncnet::media {

// The three letters of ISO 639-2/T for the language of a tag (ISO 639-1, 639-2 or BCP 47, in any
// case); what is none of these stays, in lower case.
std::string language_name(std::string_view tag);

}  // namespace syncnet::media
