// The simulated cloud's library below the client's transport: signing, codecs, limiter and retries
// of the real client run against it, without sockets, in virtual time.
#pragma once

#include "cloud/transport.hpp"
#include "cloudsim/cloud.hpp"
#include "support/virtual_clock.hpp"

#include <functional>
#include <utility>
#include <vector>

namespace cvmbackup {

class SimulatedTransport final : public Transport {
public:
    SimulatedTransport(VirtualClock& clock, cloudsim::Cloud& cloud)
        : clock_(clock)
        , cloud_(cloud) {}

    // Called with the number of the request, before the cloud sees it and after it has acted.
    enum class Moment { before, after };
    std::function<void(std::size_t, Moment)> at_boundary;
    std::function<void(const HttpRequest&)> arriving;
    // The cloud has acted, whatever becomes of its answer.
    std::function<void(const cloudsim::RequestRecord&)> acted;
    bool unreachable = false;

    Task<Outcome<HttpAnswer>> send(HttpRequest request) override {
        co_await clock_.sleep_for(std::chrono::milliseconds(20));
        if (unreachable) {
            co_return Failure{Remedy::retry_later, "Connect", "no route to the cloud", ""};
        }
        if (request.before_sending) {
            const Outcome<void> ready = request.before_sending(request);
            if (!ready) {
                co_return ready.error();
            }
        }
        const std::size_t number = ++requests_;
        if (arriving) {
            arriving(request);
        }
        boundary(number, Moment::before);
        cloudsim::HttpAnswer answer = cloud_.handle(translate(request), clock_.true_now());
        if (acted) {
            for (const cloudsim::RequestRecord& late : cloud_.take_late_records()) {
                acted(late);
            }
            acted(answer.record);
        }
        boundary(number, Moment::after);
        const bool silent = answer.fate == cloudsim::Fate::silent;
        if (silent || answer.delay > request.timeout) {
            co_await clock_.sleep_for(request.timeout);
            co_return Failure{Remedy::look_first, "Timeout", "the cloud does not answer", ""};
        }
        co_await clock_.sleep_for(std::chrono::milliseconds(20) + answer.delay);
        if (answer.fate != cloudsim::Fate::delivered) {
            co_return Failure{Remedy::look_first, "Connection", "the connection was lost", ""};
        }
        if (answer.body.size() > request.answer_limit) {
            co_return Failure{Remedy::look_first, "Answer", "the answer is too large", ""};
        }
        HttpAnswer arrived;
        arrived.status = static_cast<unsigned>(answer.status);
        arrived.headers = std::move(answer.headers);
        arrived.body = std::move(answer.body);
        if (answer.content_length) {
            set_header(arrived.headers, "Content-Length", std::to_string(*answer.content_length));
        }
        co_return arrived;
    }

private:
    static cloudsim::HttpRequest translate(const HttpRequest& request) {
        cloudsim::HttpRequest translated;
        translated.method = request.method;
        translated.target = request.target;
        translated.headers = request.headers;
        translated.headers.emplace_back("Host", request.host);
        translated.body = request.body;
        return translated;
    }

    void boundary(std::size_t number, Moment moment) const {
        if (at_boundary) {
            at_boundary(number, moment);
        }
    }

    VirtualClock& clock_;
    cloudsim::Cloud& cloud_;
    std::size_t requests_ = 0;
};

}  // namespace cvmbackup
