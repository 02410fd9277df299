// Every call from the bus passes here: the doorman is asked, failures become errors of
// org.cvmbackup1.Error.*, and nothing else than such errors ever leaves a handler (sdbus-c++ 1.2
// would unwind anything else through libsystemd).
#pragma once

#include "bus/doorman.hpp"
#include "ports/observer.hpp"

#include <sdbus-c++/sdbus-c++.h>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>

namespace cvmbackup::bus {

sdbus::Error to_error(const Failure& failure);

// Answers a call exactly once; with an error if nobody else did.
template <class... Values>
class Reply {
public:
    explicit Reply(sdbus::Result<Values...>&& result)
        : result_(std::move(result)) {}

    Reply(const Reply&) = delete;
    Reply& operator=(const Reply&) = delete;

    ~Reply() { fail({Remedy::give_up, "Internal", "the daemon ended before it could answer", ""}); }

    void answer(const Values&... values) {
        send([&](const sdbus::Result<Values...>& result) { result.returnResults(values...); });
    }

    void fail(const Failure& failure) {
        send([&](const sdbus::Result<Values...>& result) { result.returnError(to_error(failure)); }
        );
    }

private:
    template <class Send>
    void send(Send&& how) {
        const auto result = std::exchange(result_, std::nullopt);
        if (!result) {
            return;
        }
        try {
            how(*result);
        } catch (const sdbus::Error&) {
            // The connection is gone, and the caller with it; the pump reports that.
        }
    }

    std::optional<sdbus::Result<Values...>> result_;
};

class Gate {
public:
    // `changed` runs after each successful change, before its caller is answered.
    Gate(
        sdbus::IConnection& connection,
        Doorman doorman,
        Observer& log,
        std::function<void()> changed
    );

    // Returns what `work` returns (an Outcome's value); throws sdbus::Error only.
    template <class Work>
    auto read(const std::string& method, Work&& work) {
        using Value = typename std::invoke_result_t<Work>::value_type;
        Outcome<Value> outcome = guarded<Value>(method, [&]() -> Outcome<Value> {
            const auto rule = rule_for(method);
            if (!rule || rule->access != Access::read) {
                return unknown_method(method);
            }
            return work();
        });
        if (!outcome) {
            throw to_error(outcome.error());
        }
        return std::move(*outcome);
    }

    // Asks the bus who the caller is, without blocking; then runs `work` (Outcome of the reply's
    // value, or of void) and answers. `work` may outlive the object that was called.
    template <class Work, class... Values>
    void change(
        const std::string& method,
        const sdbus::IObject& object,
        sdbus::Result<Values...>&& result,
        Work work
    ) {
        auto reply = std::make_shared<Reply<Values...>>(std::move(result));
        auto on_caller = [this, method, reply, work](const Outcome<Caller>& caller) {
            using Done = std::invoke_result_t<Work>;
            const Done done = guarded<typename Done::value_type>(method, [&]() -> Done {
                const auto admitted = admit(method, caller);
                return admitted ? work() : Done(admitted.error());
            });
            if (!done) {
                const Failure failure = done.error();
                if (failure.code == denied_code) {
                    record(method, caller, "refused");
                }
                reply->fail(failure);
                return;
            }
            record(method, caller, "done");
            changed_();
            if constexpr (sizeof...(Values) == 0) {
                reply->answer();
            } else {
                reply->answer(*done);
            }
        };
        ask(object, std::move(on_caller));
    }

private:
    // Exceptions are bugs or broken surroundings: the operator reads about them, the caller does
    // not.
    template <class Value, class Work>
    Outcome<Value> guarded(const std::string& method, Work&& work) {
        try {
            return work();
        } catch (const std::exception& error) {
            return report(method, error.what());
        }
    }

    static Failure unknown_method(const std::string& method);
    Outcome<void> admit(const std::string& method, const Outcome<Caller>& caller) const;
    // Who changed what, or was not let, is for the journal.
    void record(const std::string& method, const Outcome<Caller>& caller, const char* how);
    Failure report(const std::string& method, const std::string& what);
    void ask(const sdbus::IObject& object, std::function<void(const Outcome<Caller>&)> then);

    Doorman doorman_;
    Observer& log_;
    std::function<void()> changed_;
    std::unique_ptr<sdbus::IProxy> bus_;
};

}  // namespace cvmbackup::bus
