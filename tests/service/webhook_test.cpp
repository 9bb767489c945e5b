// Delivery to a small receiver on this machine.
#include "service/webhook/webhook.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <filesystem>
#include <thread>

#include "base/error.h"

namespace syncnet::service {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;
using Outcome = Delivery::Outcome;
using testing::HasSubstr;

constexpr const char* kSecret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw";
const std::vector<std::string> kHttpHosts{"localhost", "127.0.0.1"};

// A receiver of one connection: reads a request, says `answer`, and waits for the sender to go.
class Receiver {
  public:
    explicit Receiver(std::string answer, asio::ssl::context* tls = nullptr)
        : answer_(std::move(answer)), thread_([this, tls] { serve(tls); }) {}
    ~Receiver() {
        // Whoever still waits for a connection gets one.
        boost::system::error_code ignored;
        asio::io_context io;
        tcp::socket(io).connect(acceptor_.local_endpoint(), ignored);
        thread_.join();
    }
    Receiver(const Receiver&) = delete;
    Receiver& operator=(const Receiver&) = delete;

    std::string port() const { return std::to_string(acceptor_.local_endpoint().port()); }
    std::string request() const { return received_; }  // once it is delivered

  private:
    void serve(asio::ssl::context* tls) {
        boost::system::error_code failed;
        tcp::socket socket = acceptor_.accept(failed);
        if (failed) return;
        if (tls == nullptr) return exchange(socket);
        asio::ssl::stream<tcp::socket&> stream(socket, *tls);
        stream.handshake(asio::ssl::stream_base::server, failed);
        if (!failed) exchange(stream);
    }

    template <class Stream>
    void exchange(Stream& stream) {
        boost::system::error_code failed;
        std::string got;
        asio::read_until(stream, asio::dynamic_buffer(got), "}", failed);
        received_ = got;
        asio::write(stream, asio::buffer(answer_), failed);
        std::array<char, 100> waste{};
        while (!failed) stream.read_some(asio::buffer(waste), failed);
    }

    std::string answer_, received_;
    asio::io_context io_;
    tcp::acceptor acceptor_{io_, {asio::ip::address_v4::loopback(), 0}};
    std::thread thread_;
};

Delivery deliver(const std::string& url, const WebhookOptions& options) {
    asio::io_context io;
    WebhookSender sender(options);
    auto result = asio::co_spawn(
        io,
        sender.deliver(parse_webhook_url(url, kHttpHosts), {"job_1", R"({"type":"job.done"})"},
                       WebhookSecret::parse(kSecret)),
        asio::use_future);
    io.run();
    return result.get();
}

const WebhookOptions kInside{.private_addresses = true};

TEST(Webhook, ArrivesSigned) {
    std::string request;
    Delivery delivery;
    {
        Receiver receiver("HTTP/1.1 204 No Content\r\n\r\n");
        delivery = deliver("http://localhost:" + receiver.port() + "/hook?x=1", kInside);
        request = receiver.request();
        EXPECT_THAT(request, HasSubstr("Host: localhost:" + receiver.port() + "\r\n"));
    }
    EXPECT_EQ(delivery.outcome, Outcome::delivered) << delivery.reason;
    EXPECT_EQ(delivery.status, 204);
    EXPECT_THAT(request, HasSubstr("POST /hook?x=1 HTTP/1.1\r\n"));
    EXPECT_THAT(request, HasSubstr("Content-Type: application/json\r\n"));
    EXPECT_THAT(request, HasSubstr("webhook-id: job_1\r\n"));
    EXPECT_THAT(request, testing::EndsWith("\r\n\r\n{\"type\":\"job.done\"}"));

    const auto value = [&](const std::string& name) {
        const auto at = request.find(name + ": ") + name.size() + 2;
        return request.substr(at, request.find("\r\n", at) - at);
    };
    const std::chrono::sys_seconds sent{
        std::chrono::seconds(std::stoll(value("webhook-timestamp")))};
    EXPECT_LT(std::chrono::abs(std::chrono::system_clock::now() - sent), std::chrono::minutes(5));
    EXPECT_EQ(value("webhook-signature"),
              WebhookSecret::parse(kSecret).sign("job_1", sent, R"({"type":"job.done"})"));
}

TEST(Webhook, WhatIsNotPublicIsNotReached) {
    Receiver receiver("HTTP/1.1 204 No Content\r\n\r\n");
    for (const std::string host : {"localhost", "127.0.0.1"}) {
        const auto delivery = deliver("http://" + host + ":" + receiver.port(), {});
        EXPECT_EQ(delivery.outcome, Outcome::give_up);
        EXPECT_EQ(delivery.status, 0);
        EXPECT_THAT(delivery.reason, HasSubstr("not public"));
    }
    // Spellings of 127.0.0.1 that the system's resolver understands.
    for (const std::string host :
         {"2130706433", "127.1", "0x7f.1", "0", "[::ffff:127.0.0.1]", "[::1]"}) {
        const auto delivery = deliver("https://" + host + ":" + receiver.port(), {});
        EXPECT_NE(delivery.outcome, Outcome::delivered) << host;
        EXPECT_EQ(delivery.status, 0) << host;
        EXPECT_THAT(delivery.reason, HasSubstr("not public")) << host;
    }
    EXPECT_EQ(receiver.request(), "");
}

TEST(Webhook, WhatTheReceiverSaysDecides) {
    const auto after = [](const std::string& answer) {
        Receiver receiver(answer);
        return deliver("http://127.0.0.1:" + receiver.port(), kInside);
    };
    EXPECT_EQ(after("HTTP/1.1 500 Oh\r\n\r\n").outcome, Outcome::try_again);
    EXPECT_EQ(after("HTTP/1.1 500 Oh\r\n\r\n").status, 500);
    EXPECT_EQ(after("HTTP/1.1 404 Oh\r\n\r\n").outcome, Outcome::try_again);
    EXPECT_EQ(after("HTTP/1.1 410 Gone\r\n\r\n").outcome, Outcome::give_up);
    EXPECT_EQ(after("HTTP/1.1 103 Early Hints\r\n\r\nHTTP/1.1 200 OK\r\n\r\n").outcome,
              Outcome::delivered);
    // A body without an end is not waited for.
    EXPECT_EQ(
        after("HTTP/1.1 200 OK\r\nContent-Length: 99999999999\r\n\r\n" + std::string(1 << 20, 'x'))
            .outcome,
        Outcome::delivered);
    const auto moved = after("HTTP/1.1 302 Found\r\nLocation: http://127.0.0.1:1/\r\n\r\n");
    EXPECT_EQ(moved.outcome, Outcome::try_again) << "a redirect is an answer like any other";
    EXPECT_EQ(moved.status, 302);

    std::string interim;
    for (int i = 0; i < 100; ++i) interim += "HTTP/1.1 100 Continue\r\n\r\n";
    EXPECT_EQ(after(interim).outcome, Outcome::try_again);
    for (const std::string& bad :
         {std::string("SSH-2.0-OpenSSH_9.2\r\n"), std::string("\0\0\0\0", 4),
          "HTTP/1.1 200 OK\r\nX: " + std::string(kMaxWebhookAnswerBytes, 'x')}) {
        auto options = kInside;
        options.timeout = std::chrono::seconds(2);
        Receiver receiver(bad);
        const auto delivery = deliver("http://127.0.0.1:" + receiver.port(), options);
        EXPECT_EQ(delivery.outcome, Outcome::try_again);
        EXPECT_EQ(delivery.status, 0);
    }
}

TEST(Webhook, ASilentReceiverIsGivenUpInTime) {
    Receiver receiver("");
    auto options = kInside;
    options.timeout = std::chrono::seconds(1);
    const auto start = std::chrono::steady_clock::now();
    EXPECT_EQ(deliver("http://127.0.0.1:" + receiver.port(), options).outcome, Outcome::try_again);
    EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(30));
}

TEST(Webhook, NobodyThereIsTriedAgain) {
    asio::io_context io;
    tcp::acceptor closed(io, {asio::ip::address_v4::loopback(), 0});
    const auto port = std::to_string(closed.local_endpoint().port());
    closed.close();
    const auto delivery = deliver("http://127.0.0.1:" + port, kInside);
    EXPECT_EQ(delivery.outcome, Outcome::try_again);
    EXPECT_EQ(deliver("https://nowhere.invalid", {}).outcome, Outcome::try_again);
}

// A certificate for `localhost` that vouches for itself.
class WebhookTls : public testing::Test {
  protected:
    void SetUp() override {
        std::string name = testing::TempDir() + "webhook_XXXXXX";
        folder_ = ::mkdtemp(name.data());
        EVP_PKEY* const key = EVP_EC_gen("P-256");
        X509* const certificate = X509_new();
        X509_set_version(certificate, 2);
        ASN1_INTEGER_set(X509_get_serialNumber(certificate), 1);
        X509_gmtime_adj(X509_getm_notBefore(certificate), -60);
        X509_gmtime_adj(X509_getm_notAfter(certificate), 3600);
        X509_set_pubkey(certificate, key);
        X509_NAME* const subject = X509_get_subject_name(certificate);
        X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
                                   reinterpret_cast<const unsigned char*>("test"), -1, -1, 0);
        X509_set_issuer_name(certificate, subject);
        X509_EXTENSION* const names =
            X509V3_EXT_conf_nid(nullptr, nullptr, NID_subject_alt_name, "DNS:localhost");
        X509_add_ext(certificate, names, -1);
        X509_EXTENSION_free(names);
        X509_sign(certificate, key, EVP_sha256());
        SSL_CTX_use_certificate(tls_.native_handle(), certificate);
        SSL_CTX_use_PrivateKey(tls_.native_handle(), key);
        FILE* const file = std::fopen(authority().c_str(), "w");
        PEM_write_X509(file, certificate);
        std::fclose(file);
        X509_free(certificate);
        EVP_PKEY_free(key);
    }
    void TearDown() override { std::filesystem::remove_all(folder_); }

    std::filesystem::path authority() const { return folder_ / "authority.pem"; }

    Delivery delivered_to(const std::string& host, const std::filesystem::path& ca_file) {
        Receiver receiver("HTTP/1.1 200 OK\r\n\r\n", &tls_);
        auto options = kInside;
        options.ca_file = ca_file;
        return deliver("https://" + host + ":" + receiver.port(), options);
    }

    std::filesystem::path folder_;
    asio::ssl::context tls_{asio::ssl::context::tls_server};
};

TEST_F(WebhookTls, ReachesWhomItTrusts) {
    const auto delivery = delivered_to("localhost", authority());
    EXPECT_EQ(delivery.outcome, Outcome::delivered) << delivery.reason;
}

TEST_F(WebhookTls, RefusesStrangersAndOtherNames) {
    EXPECT_THAT(delivered_to("localhost", {}).reason, HasSubstr("certificate verify failed"));
    EXPECT_THAT(delivered_to("127.0.0.1", authority()).reason,
                HasSubstr("certificate verify failed"));
}

TEST_F(WebhookTls, AnAuthorityThatCannotBeReadIsASettingThatIsWrong) {
    EXPECT_THROW(WebhookSender({.ca_file = folder_ / "absent.pem"}), Error);
}

}  // namespace
}  // namespace syncnet::service
