#include "client.hpp"

namespace cloudsim::test {
namespace {

constexpr const char* faults = R"(
[[fault]]
action = "*"
kind = "error"
probability = 0.3
)";

class Determinism : public CloudTest {
protected:
    // Everything a client can see of one busy hour.
    std::vector<std::string> story(std::uint64_t seed) {
        now = std::chrono::sys_days{std::chrono::January / 4 / 2027};
        World world = small_world("[behaviour]\nimage_names_unique = true\n");
        world.timing.create = {10min, 15min};
        use(world, faults, seed);
        std::vector<std::string> lines;
        for (int i = 10; i < 30; ++i) {
            const Reply reply = call(
                "CreateImage",
                R"({"ImageName":"n)" + std::to_string(i) + R"(","InstanceId":"ins-w00000)" +
                    std::to_string(i) + "\"}"
            );
            lines.push_back(reply.answer.body);
            wait(2min);
            lines.push_back(call("DescribeImages", R"({"Limit":100})").answer.body);
        }
        return lines;
    }
};

TEST_F(Determinism, TellsTheSameStoryForTheSameSeed) {
    const std::vector<std::string> first = story(41);
    EXPECT_EQ(first, story(41));
    EXPECT_NE(first, story(42));
}

TEST_F(Determinism, DoesNotDependOnHowOftenSomebodyLooks) {
    use(small_world());
    cloud->state().timing.create = {10min, 15min};
    call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");
    const Instant quiet = cloud->state().images.begin()->second.ends;

    now = std::chrono::sys_days{std::chrono::January / 4 / 2027};
    use(small_world());
    cloud->state().timing.create = {10min, 15min};
    pace = Duration{0};
    call("DescribeImages", "{}");
    call("DescribeInstances", "{}");
    pace = 1s;
    call("CreateImage", R"({"ImageName":"n","InstanceId":"ins-00000001"})");

    EXPECT_EQ(cloud->state().images.begin()->second.ends, quiet);
}

TEST_F(Determinism, NeverLetsTimeGoBack) {
    use(small_world());
    const std::string id = ready_image();
    ASSERT_EQ(state_of(id), "NORMAL");
    now -= 12min;
    EXPECT_EQ(state_of(id), "NORMAL");
}

}  // namespace
}  // namespace cloudsim::test
