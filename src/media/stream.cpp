#include "media/stream.h"

#include <utility>

namespace syncnet::media {
namespace {

class FileStream final : public Stream {
  public:
    explicit FileStream(Reader reader) : reader_(std::move(reader)) {}

    const Info& info() const noexcept override { return reader_.info(); }
    std::optional<Item> next() override { return reader_.next(); }
    const Damage& damage() const noexcept override { return reader_.damage(); }

  private:
    Reader reader_;
};

}  // namespace

OpenStream open_file(Source source, const Limits& limits) {
    // std::function wants to be copied, and a source has one owner.
    const auto shared = std::make_shared<const Source>(std::move(source));
    return [shared, limits](const Options& options) {
        return std::make_unique<FileStream>(Reader(shared->again(), limits, options));
    };
}

}  // namespace syncnet::media
