#include "../base64.hpp"
#include "client.hpp"

namespace cloudsim::test {
namespace {

class Commands : public CloudTest {
protected:
    void SetUp() override { use(command_world()); }

    // On ins-command1, with these keys; delivered two seconds after it was accepted.
    static World command_world(const std::string& keys = "") {
        return parse_small_world("command_delivery = \"1s\"\n", R"(
[[account.instance]]
id = "ins-command1"
region = "ap-guangzhou"
)" + keys);
    }

    Reply run(const std::string& more = "", const std::string& script = "echo hello") {
        return call(
            "RunCommand",
            R"({"InstanceIds":["ins-command1"],"Content":")" + base64_encode(script) + "\"" + more +
                "}"
        );
    }

    Reply tasks(const std::string& name, const std::string& value, const std::string& more = "") {
        return call(
            "DescribeInvocationTasks",
            R"({"Filters":[{"Name":")" + name + R"(","Values":[")" + value + "\"]}]" + more + "}"
        );
    }

    // One second passes with each question.
    std::string status() {
        return tasks("instance-id", "ins-command1").first("InvocationTaskSet", "TaskStatus");
    }

    std::string status_in_the_end() {
        wait(1h);
        return status();
    }

    boost::json::object result(const std::string& more = "") {
        return tasks("instance-id", "ins-command1", more)
            .set("InvocationTaskSet")
            .at(0)
            .at("TaskResult")
            .as_object();
    }
};

TEST_F(Commands, AreDeliveredRunAndSucceed) {
    use(command_world("command_time = \"30s\"\ncommand_output = \"hello\"\n"));
    const Reply accepted = run();
    EXPECT_THAT(accepted.text("CommandId"), testing::MatchesRegex("cmd-[0-9a-z]{8}"));
    EXPECT_THAT(accepted.text("InvocationId"), testing::MatchesRegex("inv-[0-9a-z]{8}"));
    pace = 0s;
    EXPECT_EQ(status(), "PENDING");
    wait(1s);
    EXPECT_EQ(status(), "DELIVERING");
    wait(1s);
    EXPECT_EQ(status(), "RUNNING");
    wait(29s);
    EXPECT_EQ(status(), "RUNNING");
    wait(1s);
    EXPECT_EQ(status(), "SUCCESS");
    EXPECT_EQ(result().at("ExitCode"), 0);
}

TEST_F(Commands, FailByTheirExitCode) {
    use(command_world("command_exit_code = 3\n"));
    run();
    EXPECT_EQ(status_in_the_end(), "FAILED");
    EXPECT_EQ(result().at("ExitCode"), 3);
}

TEST_F(Commands, EndAtTheirTimeout) {
    use(command_world("command_time = \"90s\"\n"));
    run();
    pace = 0s;
    wait(61s);
    EXPECT_EQ(status(), "RUNNING");
    wait(1s);
    EXPECT_EQ(status(), "TIMEOUT");

    run(R"(,"Timeout":91)");
    EXPECT_EQ(status_in_the_end(), "SUCCESS");
}

TEST_F(Commands, TellTheirOutputOnlyWhenAskedFor) {
    use(command_world("command_output = \"hello\"\n"));
    run();
    wait(1min);
    EXPECT_EQ(result().at("Output"), "");
    EXPECT_EQ(result(R"(,"HideOutput":false)").at("Output"), "aGVsbG8=");
}

TEST_F(Commands, CutTheirOutputAtTwentyFourKilobytes) {
    use(command_world("command_output = \"" + std::string(20000, 'x') + "\"\n"));
    run();
    wait(1min);
    const boost::json::object found = result(R"(,"HideOutput":false)");
    EXPECT_EQ(found.at("Output").as_string().size(), 24U * 1024);
    EXPECT_EQ(found.at("Dropped"), 20000 - 18 * 1024);
}

TEST_F(Commands, AreNotDeliveredToAMachineThatWentDown) {
    run();
    call("StopInstances", R"({"InstanceIds":["ins-command1"]})");
    EXPECT_EQ(status_in_the_end(), "DELIVER_FAILED");
}

TEST_F(Commands, TimeOutWhenTheirMachineGoesDownMeanwhile) {
    use(command_world("command_time = \"50s\"\n"));
    run();
    wait(10s);
    call("StopInstances", R"({"InstanceIds":["ins-command1"]})");
    EXPECT_EQ(status_in_the_end(), "TASK_TIMEOUT");
}

TEST_F(Commands, WantAMachineThatRunsAndAnAgentThatAnswers) {
    const std::pair<const char*, const char*> cases[] = {
        {"state = \"STOPPED\"\n", "ResourceUnavailable.InstanceStateNotRunning"},
        {"agent = \"offline\"\n", "ResourceUnavailable.AgentStatusNotOnline"},
        {"agent = \"none\"\n", "ResourceUnavailable.AgentNotInstalled"},
        {"os = \"Windows Server 2022\"\n", "InvalidParameterValue.AgentUnsupportedCommandType"},
    };
    for (const auto& [keys, code] : cases) {
        use(command_world(keys));
        EXPECT_EQ(run().code, code);
        EXPECT_EQ(cloud->state().command_tasks.size(), 0U);
    }
    EXPECT_EQ(run(R"(,"CommandType":"POWERSHELL")").code, "");
}

TEST_F(Commands, RefuseWrongRequests) {
    const std::pair<std::string, std::string> cases[] = {
        {R"(,"Timeout":0)", "InvalidParameterValue.Range"},
        {R"(,"Timeout":86401)", "InvalidParameterValue.Range"},
        {R"(,"CommandType":"PERL")", "InvalidParameterValue"},
        {R"(,"CommandName":"a b")", "InvalidParameterValue.InvalidCommandName"},
        {R"(,"WorkingDirectory":"tmp")", "InvalidParameterValue.InvalidWorkingDirectory"},
        {R"(,"Username":"")", "InvalidParameter.InvalidUsername"},
        {R"(,"Parameters":"{}")", "InvalidParameterValue.ParameterDisabled"},
        {R"(,"DefaultParameters":"{\"a\":\"b\"}")",
         "InvalidParameterValue.SupportParametersOnlyIfEnableParameter"},
        {R"(,"EnableParameter":true,"Parameters":"a")",
         "InvalidParameterValue.ParameterInvalidJsonFormat"},
        {R"(,"EnableParameter":true,"Parameters":"{\"a\":1}")",
         "InvalidParameterValue.ParameterValueNotString"},
        {R"(,"EnableParameter":true,"Parameters":"{\"a b\":\"1\"}")",
         "InvalidParameterValue.ParameterKeyContainsInvalidChar"},
        {R"(,"EnableParameter":true,"DefaultParameters":"{}","DefaultParameterConfs":[])",
         "InvalidParameter.ConflictParameter"},
        {R"(,"OutputCOSBucketUrl":"https://b")", "UnsupportedOperation"},
        {R"(,"Shell":"bash")", "UnknownParameter"},
    };
    for (const auto& [more, code] : cases) {
        EXPECT_EQ(run(more).code, code) << more;
    }
    EXPECT_EQ(run("", "").code, "InvalidParameterValue.CommandContentInvalid");
    EXPECT_EQ(
        run("", std::string(49'153, 'x')).code, "InvalidParameterValue.CommandContentInvalid"
    );
    const auto at = [this](const std::string& ids, const std::string& content) {
        return call(
                   "RunCommand", R"({"InstanceIds":[)" + ids + R"(],"Content":")" + content + "\"}"
        )
            .code;
    };
    EXPECT_EQ(at(R"("ins-command1")", "bHM"), "InvalidParameterValue.CommandContentInvalid");
    EXPECT_EQ(at(R"("ins-1")", "bHM="), "InvalidParameterValue.InvalidInstanceId");
    EXPECT_EQ(at(R"("ins-99999999")", "bHM="), "ResourceNotFound.InstanceNotFound");
    EXPECT_EQ(at("", "bHM="), "MissingParameter");
}

TEST_F(Commands, FillTheirPlaceholders) {
    const std::string script = "echo {{word}} {{tat-hidden:secret}}";
    EXPECT_EQ(
        run(R"(,"EnableParameter":true)", script).code, "InvalidParameterValue.LackOfParameterInfo"
    );
    EXPECT_EQ(
        run(R"(,"EnableParameter":true,"Parameters":"{\"word\":\"a\"}")", script).code,
        "InvalidParameterValue.LackOfParameters"
    );
    EXPECT_EQ(
        run(R"(,"EnableParameter":true,"Parameters":"{\"word\":\"a\"}","DefaultParameterConfs":[
            {"ParameterName":"secret","ParameterValue":"b"}])",
            script)
            .code,
        ""
    );
    EXPECT_EQ(run("", script).code, "");
}

TEST_F(Commands, RunOnManyMachinesAtOnce) {
    const Reply accepted =
        call("RunCommand", R"({"Content":"bHM=","InstanceIds":["ins-00000001","ins-command1"]})");
    EXPECT_EQ(tasks("invocation-id", accepted.text("InvocationId")).total(), 2);
    EXPECT_EQ(tasks("command-id", accepted.text("CommandId")).total(), 2);
    EXPECT_EQ(tasks("instance-id", "ins-00000001").total(), 1);
    const std::string id =
        tasks("instance-id", "ins-00000001").first("InvocationTaskSet", "InvocationTaskId");
    EXPECT_EQ(
        call("DescribeInvocationTasks", R"({"InvocationTaskIds":[")" + id + "\"]}").total(), 1
    );
}

TEST_F(Commands, AreDescribedBySelectorsThatMakeSense) {
    EXPECT_EQ(tasks("state", "RUNNING").code, "InvalidParameterValue.InvalidFilter");
    const auto code = [this](const std::string& body) {
        return call("DescribeInvocationTasks", body).code;
    };
    EXPECT_EQ(
        code(R"({"InvocationTaskIds":["invt-1"]})"), "InvalidParameterValue.InvalidInvocationTaskId"
    );
    EXPECT_EQ(code(R"({"Limit":101})"), "InvalidParameterValue.Range");
    EXPECT_EQ(
        code(R"({"InvocationTaskIds":["invt-00000001"],
            "Filters":[{"Name":"command-id","Values":["a"]}]})"),
        "InvalidParameter.ConflictParameter"
    );
    EXPECT_EQ(call_as_other("DescribeInvocationTasks", "{}").total(), 0);
}

TEST_F(Commands, EndAsFaultsSay) {
    const std::pair<const char*, const char*> cases[] = {
        {"task-fails", "FAILED"},
        {"task-vanishes", "DELIVER_FAILED"},
        {"task-hangs", "RUNNING"},
    };
    for (const auto& [kind, end] : cases) {
        use(command_world(),
            "[[fault]]\naction = \"RunCommand\"\nkind = \"" + std::string{kind} + "\"\n");
        run();
        EXPECT_EQ(status_in_the_end(), end);
    }
}

TEST_F(Commands, AgentsTellWhetherTheyAreThere) {
    use(command_world("agent = \"offline\"\n"));
    const Reply reply =
        call("DescribeAutomationAgentStatus", R"({"InstanceIds":["ins-command1","ins-00000001"]})");
    EXPECT_THAT(
        reply.all("AutomationAgentSet", "AgentStatus"),
        testing::UnorderedElementsAre("Offline", "Online")
    );
    EXPECT_EQ(
        call(
            "DescribeAutomationAgentStatus",
            R"({"Filters":[{"Name":"agent-status","Values":["Offline"]}]})"
        )
            .first("AutomationAgentSet", "InstanceId"),
        "ins-command1"
    );
    use(command_world("agent = \"none\"\n"));
    EXPECT_EQ(
        call("DescribeAutomationAgentStatus", R"({"InstanceIds":["ins-command1"]})").total(), 0
    );
}

TEST(Base64, ReadsWhatItWrote) {
    const std::pair<const char*, const char*> cases[] = {
        {"", ""}, {"f", "Zg=="}, {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="}};
    for (const auto& [bytes, text] : cases) {
        EXPECT_EQ(base64_encode(bytes), text);
        EXPECT_EQ(base64_decode(text), bytes);
    }
    for (const char* wrong : {"Zg", "Zg=", "Z===", "Zm9*", "Zg==Zg=="}) {
        EXPECT_EQ(base64_decode(wrong), std::nullopt) << wrong;
    }
}

}  // namespace
}  // namespace cloudsim::test
