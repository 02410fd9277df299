#include "engine/instance_looks.hpp"

#include "engine/crew.hpp"
#include "rules/backup_machine.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>
#include <iterator>

namespace cvmbackup {

void InstanceLooks::look(const Place& place, const InstanceId& instance, Answer answer) {
    Queue& queue = queues_[place];
    queue.waiting.push_back(Question{instance, std::move(answer)});
    if (!queue.is_read) {
        queue.is_read = true;
        // Whoever asks in the same turn of the loop comes along.
        boost::asio::post(executor_, [this, place] { begin_task(executor_, work_off(place)); });
    }
}

Task<void> InstanceLooks::work_off(Place place) {
    Queue& queue = queues_[place];
    while (!queue.waiting.empty()) {
        const std::size_t count = std::min(queue.waiting.size(), ids_per_call);
        const auto end = queue.waiting.begin() + static_cast<std::ptrdiff_t>(count);
        std::vector<Question> next(
            std::move_iterator(queue.waiting.begin()), std::move_iterator(end)
        );
        queue.waiting.erase(queue.waiting.begin(), end);
        co_await ask(place, std::move(next));
    }
    queue.is_read = false;
}

Task<void> InstanceLooks::ask(Place place, std::vector<Question> questions) {
    InstanceQuery query;
    for (const Question& each : questions) {
        query.ids.push_back(each.instance);
    }
    Outcome<std::vector<Instance>> found = std::vector<Instance>();
    try {
        found = co_await cloud_.instances(place, std::move(query));
    } catch (const std::exception& error) {
        found = Failure{Remedy::give_up, unexpected_code, error.what(), ""};
    }
    // One that may not be read, or whose id is refused, must not stand for the others.
    if (!found && found.error().remedy == Remedy::give_up && questions.size() > 1) {
        for (Question& each : questions) {
            std::vector<Question> alone;
            alone.push_back(std::move(each));
            co_await ask(place, std::move(alone));
        }
        co_return;
    }
    for (const Question& each : questions) {
        if (!found) {
            each.answer(found.error());
            continue;
        }
        const auto instance = std::ranges::find(*found, each.instance, &Instance::id);
        std::optional<std::string> state;
        if (instance != found->end()) {
            state = instance->state;
        }
        each.answer(state);
    }
}

}  // namespace cvmbackup
