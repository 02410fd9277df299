#include "action_rules.hpp"
#include "instance_json.hpp"
#include "instance_rules.hpp"

#include <algorithm>

namespace cloudsim {
namespace {

namespace json = boost::json;

constexpr std::size_t ids_max = 100;  // DescribeInstances, InstanceIds

struct Selection {
    std::vector<std::string> ids;
    std::vector<Filter> filters;
    Page page;
};

void check_filters(const Call& call, const std::vector<Filter>& filters) {
    for (const Filter& filter : filters) {
        if (filter.name == "tag:") {
            throw Refusal{"InvalidParameterValue.TagKeyNotFound", "The tag key is empty."};
        }
        if (!is_tag_filter(filter.name)) {
            check_instance_filter(call.region, filter);
        }
    }
}

Selection take_selection(const Call& call, Params& params) {
    Selection selection;
    selection.ids = params.texts("InstanceIds");
    selection.filters = take_filters(params);
    selection.page = take_page(params);
    params.finish();
    if (!selection.ids.empty() && !selection.filters.empty()) {
        throw Refusal{"InvalidParameter", "`InstanceIds` and `Filters` exclude each other."};
    }
    if (selection.ids.size() > ids_max) {
        throw Refusal{"InvalidParameterValue.LimitExceeded", "More than 100 instance ids."};
    }
    std::ranges::for_each(selection.ids, check_instance_id);
    check_filters(call, selection.filters);
    return selection;
}

// A list may tell the state of a while ago: "" when it was not there yet.
const std::string& told_state(const Call& call, const Instance& instance) {
    return value_at(instance.states, instance.state, call.state.now - call.lag);
}

bool matches(const Instance& instance, const std::string& state, const Filter& filter) {
    return is_tag_filter(filter.name) ? tags_match(instance.tags, filter)
                                      : instance_matches(instance, state, filter);
}

bool is_chosen(const Call& call, const Selection& selection, const Instance& instance) {
    const std::string& state = told_state(call, instance);
    const auto is_match = [&](const Filter& filter) { return matches(instance, state, filter); };
    return !state.empty() && std::ranges::all_of(selection.filters, is_match);
}

// Those of the place that a list tells of although they are gone.
std::vector<const Instance*> find_ghosts(const Call& call) {
    std::vector<const Instance*> ghosts;
    const auto found = call.state.dead_instances_at.find(call.place());
    if (found != call.state.dead_instances_at.end()) {
        for (const Ghost<Instance>& ghost : found->second) {
            const bool is_told = ghost.removed > call.state.now - call.lag;
            if (is_told && call.state.find_instance(ghost.thing.id) == nullptr) {
                ghosts.push_back(&ghost.thing);
            }
        }
    }
    return ghosts;
}

std::vector<const Instance*> select_by_id(
    const Call& call, const Selection& selection, const std::vector<const Instance*>& ghosts
) {
    std::vector<const Instance*> chosen;
    for (const std::string& id : selection.ids) {
        const Instance* instance = call.state.find_instance(id);
        if (instance == nullptr) {
            const auto ghost = std::ranges::find(ghosts, id, &Instance::id);
            instance = ghost == ghosts.end() ? nullptr : *ghost;
        }
        const bool is_here = instance != nullptr && instance->uin == call.account.uin &&
                             instance->region == call.region;
        if (is_here && is_chosen(call, selection, *instance) &&
            std::ranges::find(chosen, instance) == chosen.end()) {
            chosen.push_back(instance);
        }
    }
    return chosen;
}

std::vector<const Instance*> select(const Call& call, const Selection& selection) {
    const std::vector<const Instance*> ghosts = find_ghosts(call);
    if (!selection.ids.empty()) {
        return select_by_id(call, selection, ghosts);
    }
    std::vector<const Instance*> chosen;
    const auto consider = [&](const Instance* instance) {
        if (is_chosen(call, selection, *instance)) {
            chosen.push_back(instance);
        }
    };
    const auto found = call.state.instances_at.find(call.place());
    if (found != call.state.instances_at.end()) {
        std::ranges::for_each(found->second, consider);
    }
    std::ranges::for_each(ghosts, consider);
    return chosen;
}

json::object status_to_json(const Instance& instance, const std::string& state) {
    json::object result;
    result["InstanceId"] = json_text(instance.id);
    result["InstanceState"] = json_text(state);
    return result;
}

json::object answer(
    Call& call,
    Params& params,
    const char* set_name,
    json::object (*to_json)(const Instance&, const std::string&)
) {
    const Selection selection = take_selection(call, params);
    const std::vector<const Instance*> chosen = select(call, selection);
    json::array page;
    const std::size_t end = std::min(chosen.size(), selection.page.offset + selection.page.limit);
    for (std::size_t i = selection.page.offset; i < end; ++i) {
        page.push_back(to_json(*chosen[i], told_state(call, *chosen[i])));
    }
    json::object result;
    result["TotalCount"] = chosen.size();
    result[set_name] = std::move(page);
    return result;
}

}  // namespace

json::object describe_instances(Call& call, Params& params) {
    return answer(call, params, "InstanceSet", instance_to_json);
}

json::object describe_instances_status(Call& call, Params& params) {
    return answer(call, params, "InstanceStatusSet", status_to_json);
}

}  // namespace cloudsim
