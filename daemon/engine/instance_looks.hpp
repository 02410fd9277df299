// Looks at single instances for many who ask at about the same time: whoever asks while a read of
// the place is under way shares the next one.
#pragma once

#include "model/ids.hpp"
#include "ports/cloud.hpp"

#include <boost/asio/any_io_executor.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace cvmbackup {

class InstanceLooks {
public:
    // The state's word; nothing if there is no such instance.
    using Answer = std::function<void(const Outcome<std::optional<std::string>>&)>;

    InstanceLooks(boost::asio::any_io_executor executor, Cloud& cloud)
        : executor_(std::move(executor))
        , cloud_(cloud) {}

    // The read that `answer` is told of begins after this, never within it.
    void look(const Place& place, const InstanceId& instance, Answer answer);

private:
    struct Question {
        InstanceId instance;
        Answer answer;
    };

    struct Queue {
        std::vector<Question> waiting;
        bool is_read = false;  // somebody takes from it
    };

    Task<void> work_off(Place place);
    Task<void> ask(Place place, std::vector<Question> questions);

    boost::asio::any_io_executor executor_;
    Cloud& cloud_;
    std::map<Place, Queue> queues_;
};

}  // namespace cvmbackup
