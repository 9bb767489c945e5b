// A bar on standard error, only where a person is looking.
#pragma once

namespace syncnet::cli {

class ProgressBar {
  public:
    explicit ProgressBar(bool wanted);
    ~ProgressBar();
    ProgressBar(const ProgressBar&) = delete;
    ProgressBar& operator=(const ProgressBar&) = delete;

    void update(double done);  // 0..1

  private:
    bool shown_;
    int filled_ = -1;
};

}  // namespace syncnet::cli
