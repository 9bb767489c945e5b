// The reviews as a page for people: one HTML file, nothing from elsewhere and nothing that runs,
// for screens and paper.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "media/jpeg.h"
#include "report/review.h"

namespace syncnet::report {

struct PageEntry {
    const Entry* entry = nullptr;         // not null
    std::vector<media::Jpeg> thumbnails;  // of its first markers
};

// `date`: of the report, as it is to be read. Every text goes through the template's escaping
// (page.mustache). Bytes that are no UTF-8 are replaced.
std::string page(std::span<const PageEntry> entries, std::string_view date);

// The template; it has no tag that would put text in unescaped.
std::string_view page_template();

}  // namespace syncnet::report
