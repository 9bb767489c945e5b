#include "service/http/server.h"

#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <algorithm>
#include <boost/asio.hpp>
#include <boost/asio/ssl.hpp>
#include <csignal>
#include <set>

#include "service/handlers/handlers.h"
#include "service/http/client_name.h"
#include "service/http/connection.h"

namespace syncnet::service {
namespace {

using asio::use_awaitable;
using asio::ip::tcp;
using Clock = std::chrono::steady_clock;

constexpr auto kSweepInterval = std::chrono::seconds(60);
// Descriptors beside those of connections: workers, files, the database.
constexpr rlim_t kOtherDescriptors = 256;
constexpr int kAdminConnections = 64;
// After which what could not be finished has been handed back.
constexpr auto kGiveUpTime = std::chrono::seconds(5);

void require_keys_for_others(const tcp::endpoint& endpoint, const Settings& settings) {
    if (endpoint.address().is_loopback() || !settings.api_keys.empty() || settings.allow_no_keys)
        return;
    throw Error(ErrorCode::invalid_setting,
                "HOST: others than this machine could connect to " + settings.host +
                    " without a key. Set API_KEYS (`syncnet keys new` makes them), or "
                    "ALLOW_NO_KEYS=yes if that is what you want");
}

std::optional<asio::ssl::context> make_tls(const Settings& settings) {
    if (settings.tls_cert.empty()) return std::nullopt;
    asio::ssl::context tls(asio::ssl::context::tls_server);
    tls.set_options(asio::ssl::context::default_workarounds | asio::ssl::context::no_tlsv1 |
                    asio::ssl::context::no_tlsv1_1 | SSL_OP_NO_RENEGOTIATION);
    const char* setting = "TLS_CERT: ";
    try {
        tls.use_certificate_chain_file(settings.tls_cert);
        setting = "TLS_KEY: ";
        tls.use_private_key_file(settings.tls_key, asio::ssl::context::pem);
    } catch (const boost::system::system_error& e) {
        throw Error(ErrorCode::invalid_setting, setting + e.code().message());
    }
    return tls;
}

// As many descriptors as connections want, as far as the system lets us.
void raise_descriptor_limit(int connections) {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
    const rlim_t wanted = static_cast<rlim_t>(connections) * 2 + kOtherDescriptors;
    if (limit.rlim_cur >= wanted) return;
    limit.rlim_cur = std::min(wanted, limit.rlim_max);
    if (::setrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_cur < wanted)
        spdlog::warn("CONNECTIONS: {} files may be open, {} would be needed", limit.rlim_cur,
                     wanted);
}

// What still waits when the service ends is let go while all that it refers to is there.
class IoContext : public asio::io_context {
  public:
    IoContext() : asio::io_context(1) {}
    void let_go() { shutdown(); }
};

// One port, what it answers to, and who is connected.
struct Listener {
    Listener(asio::io_context& io, std::vector<Route> its_routes, int its_places,
             const Settings& settings, std::uint16_t its_port, std::string_view its_names)
        : acceptor(io),
          routes(std::move(its_routes)),
          places(static_cast<std::size_t>(its_places)),
          place_free(io),
          names(its_names),
          host(settings.host),
          port(std::to_string(its_port)) {}

    // Both throw invalid_setting.
    void bind(const Settings& settings);
    void listen();
    void close() {
        boost::system::error_code ignored;
        acceptor.close(ignored);
        place_free.cancel();
    }

    tcp::acceptor acceptor;
    const std::vector<Route> routes;
    const std::size_t places;
    std::set<Connection*> connections;
    asio::steady_timer place_free;  // cancelled whenever a connection ends

  private:
    [[noreturn]] void fail(const boost::system::system_error& e) const {
        throw Error(ErrorCode::invalid_setting, names + ": can't listen on " + host + " port " +
                                                    port + ": " + e.code().message());
    }

    std::string names, host, port;
};

void Listener::bind(const Settings& settings) {
    try {
        // A name such as localhost is looked up; of several addresses the first is taken.
        const tcp::endpoint endpoint = *tcp::resolver(acceptor.get_executor())
                                            .resolve(host, port, tcp::resolver::passive)
                                            .begin();
        require_keys_for_others(endpoint, settings);
        acceptor.open(endpoint.protocol());
        acceptor.set_option(tcp::acceptor::reuse_address(true));
        acceptor.bind(endpoint);
    } catch (const boost::system::system_error& e) {
        fail(e);
    }
}

// Two that are bound to one port are told apart only here.
void Listener::listen() {
    try {
        acceptor.listen();
    } catch (const boost::system::system_error& e) {
        fail(e);
    }
}

}  // namespace

struct Server::Impl {
    Impl(const Settings& settings, std::function<Settings()> its_reload, const AsyncLog& log);
    ~Impl() { io.let_go(); }

    asio::awaitable<void> accept(Listener& listener);
    asio::awaitable<void> serve(Listener& listener, tcp::socket socket, Shares::Share share);
    asio::awaitable<void> sweep();
    asio::awaitable<void> stop_after_drain();
    void listen();
    void on_signal();
    void reload_settings();
    void begin_stop();

    IoContext io;
    std::optional<asio::ssl::context> tls;
    Listener clients, admin;
    std::unique_ptr<Context> context;
    std::function<Settings()> reload;
    asio::signal_set signals{io, SIGTERM, SIGINT, SIGHUP};
    asio::steady_timer drained{io}, next_sweep{io};
};

Server::Impl::Impl(const Settings& settings, std::function<Settings()> its_reload,
                   const AsyncLog& log)
    : tls(make_tls(settings)),
      clients(io, all_routes(), settings.connections, settings, settings.port, "HOST, PORT"),
      admin(io, status_routes(), kAdminConnections, settings, settings.admin_port,
            "HOST, ADMIN_PORT"),
      reload(std::move(its_reload)) {
    raise_descriptor_limit(settings.connections);
    clients.bind(settings);
    if (settings.admin_port != 0) admin.bind(settings);
    context = std::make_unique<Context>(io, settings, log);
    clients.listen();
    if (settings.admin_port != 0) admin.listen();
}

asio::awaitable<void> Server::Impl::serve(Listener& listener, tcp::socket socket,
                                          Shares::Share /*share: until it ends*/) {
    if (!listener.acceptor.is_open()) co_return;
    Connection connection(*context, listener.routes, std::move(socket), tls ? &*tls : nullptr);
    listener.connections.insert(&connection);
    context->connections = static_cast<std::int64_t>(clients.connections.size());
    co_await connection.serve();
    listener.connections.erase(&connection);
    context->connections = static_cast<std::int64_t>(clients.connections.size());
    listener.place_free.cancel();
    if (clients.connections.empty()) drained.cancel();
}

namespace {

// Whoever has all its connections is told so, as far as it listens, and costs no place.
void turn_away(tcp::socket& socket, bool in_clear) {
    boost::system::error_code ignored;
    socket.non_blocking(true, ignored);
    if (in_clear) {
        Response answer = problem(
            Error(ErrorCode::too_many_requests, "you have as many connections as one client may"));
        answer.keep_alive(false);
        answer.prepare_payload();
        beast::http::write(socket, answer, ignored);
    }
    socket.shutdown(tcp::socket::shutdown_both, ignored);
}

}  // namespace

asio::awaitable<void> Server::Impl::accept(Listener& listener) {
    while (listener.acceptor.is_open()) {
        boost::system::error_code failed;
        if (listener.connections.size() >= listener.places) {
            listener.place_free.expires_at(Clock::time_point::max());
            co_await listener.place_free.async_wait(asio::redirect_error(use_awaitable, failed));
            continue;
        }
        auto socket =
            co_await listener.acceptor.async_accept(asio::redirect_error(use_awaitable, failed));
        if (failed && failed != asio::error::operation_aborted) {  // no descriptors, no memory
            asio::steady_timer pause(io, std::chrono::milliseconds(50));
            co_await pause.async_wait(use_awaitable);
        }
        if (failed) continue;
        Shares::Share share;
        if (&listener == &clients) {
            const auto peer = socket.remote_endpoint(failed);
            if (failed) continue;
            share = Shares::Share(context->by_address, client_name(peer.address()));
            if (share.take(1) == Shares::Answer::too_much_for_one) {
                turn_away(socket, !tls);
                context->metrics.rejection(error_info(ErrorCode::too_many_requests).name);
                continue;
            }
        }
        asio::co_spawn(io, serve(listener, std::move(socket), std::move(share)), asio::detached);
    }
}

asio::awaitable<void> Server::Impl::sweep() {
    while (!context->stopping) {
        try {
            co_await context->disk.writes.run([this] { context->store.sweep(); });
        } catch (const Error& e) {
            spdlog::error("old jobs and answers can't be let go: {}", e.what());
        }
        boost::system::error_code woken;
        next_sweep.expires_after(kSweepInterval);
        co_await next_sweep.async_wait(asio::redirect_error(use_awaitable, woken));
    }
}

void Server::Impl::listen() {
    signals.async_wait([this](boost::system::error_code failed, int signal) {
        if (failed) return;
        if (signal != SIGHUP) return begin_stop();
        reload_settings();
        listen();
    });
}

void Server::Impl::reload_settings() {
    try {
        context->reload(reload());
        spdlog::info("keys, thresholds and MAX_OFFSET_MS were read again");
    } catch (const Error& e) {
        spdlog::error("nothing was changed: {}", e.what());
    }
}

void Server::Impl::begin_stop() {
    if (std::exchange(context->stopping, true)) return;
    boost::system::error_code ignored;
    clients.close();         // probes may still ask how it goes
    signals.clear(ignored);  // a second signal ends the process at once
    next_sweep.cancel();
    spdlog::info("stopping: {} connections, {} requests", clients.connections.size(),
                 context->taken);
    context->jobs.stop();
    for (Connection* const connection : clients.connections)
        if (connection->idle()) connection->cut_off();
    asio::co_spawn(io, stop_after_drain(), asio::detached);
}

// What runs may finish, for a while; then jobs are handed back and requests are told.
asio::awaitable<void> Server::Impl::stop_after_drain() {
    const auto finished = [&] { return clients.connections.empty() && context->jobs.idle(); };
    const auto wait = [&](Clock::duration length) -> asio::awaitable<void> {
        const auto end = Clock::now() + length;
        while (!finished() && Clock::now() < end) {
            boost::system::error_code woken;
            drained.expires_after(
                std::min<Clock::duration>(end - Clock::now(), std::chrono::milliseconds(50)));
            co_await drained.async_wait(asio::redirect_error(use_awaitable, woken));
        }
    };
    co_await wait(context->settings.drain);
    context->pool.give_up();
    if (!finished()) co_await wait(std::chrono::seconds(1));  // they are being told
    admin.close();
    for (const Listener* const listener : {&clients, &admin})
        for (Connection* const connection : listener->connections) connection->cut_off();
    co_await wait(kGiveUpTime);
    io.stop();
}

Server::Server(const Settings& settings, std::function<Settings()> reload, const AsyncLog& log)
    : impl_(std::make_unique<Impl>(settings, std::move(reload), log)) {}
Server::~Server() = default;

std::uint16_t Server::port() const {
    return impl_->clients.acceptor.local_endpoint().port();
}

nlohmann::json Server::description() const {
    return impl_->context->pool.description();
}

void Server::run() {
    impl_->listen();
    for (Listener* const listener : {&impl_->clients, &impl_->admin})
        asio::co_spawn(impl_->io, impl_->accept(*listener), asio::detached);
    asio::co_spawn(impl_->io, impl_->sweep(), asio::detached);
    impl_->context->jobs.wake();  // those of a former process
    impl_->io.run();
    impl_->context->disk.join();
}

void Server::stop() {
    asio::post(impl_->io, [this] { impl_->begin_stop(); });
}

}  // namespace syncnet::service
