#include "service/webhook/webhook.h"

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>

#include "base/error.h"
#include "service/webhook/public_address.h"
#include "syncnet/version.h"

namespace syncnet::service {
namespace {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace ssl = boost::asio::ssl;

using asio::use_awaitable;
using asio::ip::tcp;
using Outcome = Delivery::Outcome;
using Request = http::request<http::string_body>;
using Addresses = std::vector<tcp::endpoint>;

constexpr int kMaxInterimAnswers = 4;

Request signed_request(const WebhookUrl& url, WebhookMessage message, const WebhookSecret& secret) {
    const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
    Request request(http::verb::post, url.target, 11);
    request.set(http::field::host, url.host_header);
    request.set(http::field::user_agent, "syncnet/" + std::string(version()));
    request.set(http::field::content_type, "application/json");
    request.set("webhook-id", message.id);
    request.set("webhook-timestamp", std::to_string(now.time_since_epoch().count()));
    request.set("webhook-signature", secret.sign(message.id, now, message.body));
    request.keep_alive(false);
    request.body() = std::move(message.body);
    request.prepare_payload();
    return request;
}

// Sends over a stream that is ready, and returns the answer's status. Of the answer nothing but the
// status counts, so its body is left unread.
template <class Stream>
asio::awaitable<int> exchange(Stream& stream, const Request& request) {
    co_await http::async_write(stream, request, use_awaitable);
    beast::flat_buffer buffer(kMaxWebhookAnswerBytes);
    int status = 100;
    for (int i = 0; i < kMaxInterimAnswers && status < 200; ++i) {
        http::response_parser<http::empty_body> answer;
        answer.header_limit(kMaxWebhookAnswerBytes);
        answer.body_limit(boost::none);
        co_await http::async_read_header(stream, buffer, answer, use_awaitable);
        status = static_cast<int>(answer.get().result_int());
    }
    co_return status;
}

asio::awaitable<int> send(const WebhookUrl& url, const Addresses& addresses, const Request& request,
                          std::chrono::seconds timeout, ssl::context& tls) {
    const auto executor = co_await asio::this_coro::executor;
    if (!url.tls) {
        beast::tcp_stream stream(executor);
        stream.expires_after(timeout);
        co_await stream.async_connect(addresses, use_awaitable);
        co_return co_await exchange(stream, request);
    }
    beast::ssl_stream<beast::tcp_stream> stream(executor, tls);
    stream.set_verify_callback(ssl::host_name_verification(url.host));
    boost::system::error_code literal;
    (void)asio::ip::make_address(url.host, literal);
    // RFC 6066: the server is told names only.
    if (literal && SSL_set_tlsext_host_name(stream.native_handle(), url.host.c_str()) != 1)
        throw Error(ErrorCode::internal, "OpenSSL takes no host name");
    beast::get_lowest_layer(stream).expires_after(timeout);
    co_await beast::get_lowest_layer(stream).async_connect(addresses, use_awaitable);
    co_await stream.async_handshake(ssl::stream_base::client, use_awaitable);
    co_return co_await exchange(stream, request);
}

Delivery judged(int status) {
    if (status >= 200 && status < 300) return {Outcome::delivered, status, {}};
    // 410: the receiver wants no more of them, says the standard.
    return {status == 410 ? Outcome::give_up : Outcome::try_again, status,
            "answered with " + std::to_string(status)};
}

}  // namespace

WebhookSender::WebhookSender(WebhookOptions options)
    : options_(std::move(options)), tls_(ssl::context::tls_client) {
    SSL_CTX_set_min_proto_version(tls_.native_handle(), TLS1_2_VERSION);
    tls_.set_verify_mode(ssl::verify_peer);
    boost::system::error_code failed;
    tls_.set_default_verify_paths(failed);
    if (!failed && !options_.ca_file.empty()) tls_.load_verify_file(options_.ca_file, failed);
    if (failed)
        throw Error(ErrorCode::invalid_setting,
                    "the certificate authorities can't be read: " + failed.message());
}

asio::awaitable<Delivery> WebhookSender::deliver(WebhookUrl url, WebhookMessage message,
                                                 WebhookSecret secret) {
    try {
        tcp::resolver resolver(co_await asio::this_coro::executor);
        Addresses addresses;
        for (const auto& found :
             co_await resolver.async_resolve(url.host, std::to_string(url.port), use_awaitable))
            addresses.push_back(found.endpoint());
        // One is enough to refuse: a name with addresses of both kinds is a trap.
        if (!options_.private_addresses &&
            !std::ranges::all_of(addresses,
                                 [](const tcp::endpoint& e) { return is_public(e.address()); }))
            co_return Delivery{Outcome::give_up, 0, "the host has an address that is not public"};
        const Request request = signed_request(url, std::move(message), secret);
        co_return judged(co_await send(url, addresses, request, options_.timeout, tls_));
    } catch (const boost::system::system_error& e) {
        co_return Delivery{Outcome::try_again, 0, e.code().message()};
    }
}

}  // namespace syncnet::service
