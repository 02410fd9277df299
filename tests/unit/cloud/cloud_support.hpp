// What the tests of the cloud room share: a transport that answers by a script, in virtual time,
// and a way to run one task to its end.
#pragma once

#include "cloud/tencent_cloud.hpp"
#include "cloud/transport.hpp"
#include "ports/observer.hpp"
#include "ports/random.hpp"
#include "support/virtual_clock.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>

#include <deque>
#include <functional>
#include <optional>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace cvmbackup {

inline constexpr Instant test_start{std::chrono::seconds(1'800'000'000)};  // 2027-01-15T08:00:00Z

class ScriptedTransport final : public Transport {
public:
    using Reply = std::function<Outcome<HttpAnswer>(const HttpRequest&)>;

    explicit ScriptedTransport(Clock& clock)
        : clock_(clock) {}

    Task<Outcome<HttpAnswer>> send(HttpRequest request) override {
        co_await clock_.sleep_for(before_writing);
        if (request.before_sending) {
            const Outcome<void> ready = request.before_sending(request);
            if (!ready)
                co_return ready.error();
        }
        arrivals.push_back(clock_.now());
        sent.push_back(request);
        Reply reply = otherwise;
        if (!replies.empty()) {
            reply = std::move(replies.front());
            replies.pop_front();
        }
        co_await clock_.sleep_for(latency);
        co_return reply(request);
    }

    void then(HttpAnswer answer) {
        replies.push_back([answer](const HttpRequest&) { return Outcome<HttpAnswer>(answer); });
    }

    void then(Failure failure) {
        replies.push_back([failure](const HttpRequest&) { return Outcome<HttpAnswer>(failure); });
    }

    Duration before_writing{0};  // connecting, shaking hands
    Duration latency{0};
    std::deque<Reply> replies;
    Reply otherwise = [](const HttpRequest&) -> Outcome<HttpAnswer> {
        throw std::logic_error("the script has ended");
    };
    std::vector<HttpRequest> sent;
    std::vector<Instant> arrivals;

private:
    Clock& clock_;
};

class FixedRandom final : public Random {
public:
    std::uint64_t next() override { return 500; }
};

class RecordingObserver final : public Observer {
public:
    void observe(const Fact& fact) override {
        if (const auto* answered = std::get_if<ApiAnswered>(&fact))
            answers.push_back(*answered);
        if (const auto* notice = std::get_if<Notice>(&fact))
            notices.push_back(notice->text);
    }

    std::vector<ApiAnswered> answers;
    std::vector<std::string> notices;
};

inline HttpAnswer json_answer(std::string response) {
    HttpAnswer answer;
    answer.status = 200;
    answer.body = R"({"Response":)" + std::move(response) + "}";
    return answer;
}

inline HttpAnswer error_answer(const std::string& code) {
    return json_answer(
        R"({"Error":{"Code":")" + code + R"(","Message":"as the cloud says"},"RequestId":"r-1"})"
    );
}

inline Failure transport_trouble(Remedy remedy, std::string code) {
    Failure failure;
    failure.remedy = remedy;
    failure.code = std::move(code);
    failure.text = "trouble";
    return failure;
}

// A world with one io_context, where time passes only inside run().
struct CloudFixture {
    template <class T>
    T run(Task<T> task) {
        std::optional<T> result;
        boost::asio::co_spawn(io, std::move(task), [&result](std::exception_ptr error, T value) {
            if (error)
                std::rethrow_exception(error);
            result = std::move(value);
        });
        const Instant horizon = clock.now() + std::chrono::hours(1);
        if (!clock.run_until(horizon, [&result] { return result.has_value(); }))
            throw std::logic_error("the task did not end within an hour");
        return std::move(*result);
    }

    boost::asio::io_context io;
    VirtualClock clock{io, test_start};
    ScriptedTransport transport{clock};
    FixedRandom random;
    RecordingObserver observer;
};

}  // namespace cvmbackup
