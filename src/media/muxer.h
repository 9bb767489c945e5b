// A container being written.
#pragma once

#include <filesystem>
#include <string>

#include "media/av.h"

namespace syncnet::media {

class Muxer {
  public:
    // `format`: FFmpeg's name. Throws no_encoder (this FFmpeg does not know it), cannot_write.
    Muxer(const std::filesystem::path& path, const char* format);

    // To be given its streams before begin().
    AVFormatContext& format() const noexcept { return *format_; }
    AVStream& add_stream();

    // Writes the header; `movflags` as FFmpeg's mov muxer knows them. Throws wrong_container,
    // cannot_write.
    void begin(const std::string& movflags);
    // Takes the packet's contents. Packets of different streams may come in any order within some
    // seconds. Throws wrong_container, cannot_write, storage_full.
    void write(AVPacket& packet);
    void finish();

  private:
    struct Deleter {
        void operator()(AVFormatContext* p) const noexcept;
    };
    std::unique_ptr<AVFormatContext, Deleter> format_;
};

}  // namespace syncnet::media
