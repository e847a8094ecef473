using System.Text.Json.Nodes;
using Slipway.Cli.Verbs;
using Xunit;

namespace Slipway.Unit.Cli;

/// <summary>What a definition says in vain is told by its fields.</summary>
public sealed class UnusedFieldsTests
{
    private const string Container = """{"runtime":"proxy","proxy":{"container":{"image":"x","scoring_route":{"path":"/ROUTE","port":1}}}}""";

    [Theory]
    [InlineData("score", "data_collector (bodies of a plain route are counted, and not collected)")]
    [InlineData("v2/models/m/infer", "data_collector.rolling_rate")]
    [InlineData("invocations", "data_collector.rolling_rate")]
    public void A_collector_of_a_plain_route_is_told(string route, string told)
    {
        var file = ServingFile.OfKept(
            "online-deployment", Json("""{"name":"blue","data_collector":{"rolling_rate":"hour","collections":{"model_inputs":{"enabled":"true"}}}}"""), []);

        Assert.Equal([told], file.WithoutEffect(Json(Container.Replace("/ROUTE", "/" + route, StringComparison.Ordinal))));
    }

    [Fact]
    public void Collections_that_are_neither_inputs_nor_answers_are_told()
    {
        const string collections = "{\"model_inputs\":{\"enabled\":\"true\"},\"ground_truth\":{\"enabled\":\"true\"},\"model_input\":{\"enabled\":\"true\"}}";
        var file = ServingFile.OfKept("online-deployment", Json($"{{\"name\":\"blue\",\"data_collector\":{{\"collections\":{collections}}}}}"), []);

        Assert.Equal(
            [
                "data_collector.collections.ground_truth (labels are sent as feedback, by the ids of predictions)",
                "data_collector.collections.model_input (model_inputs, model_inputs_outputs, request, model_outputs, response are kept)",
            ],
            file.WithoutEffect(Json("{\"runtime\":\"onnx\"}")));
    }

    [Theory]
    [InlineData(Container, "instance_count (one server is started, and gets 3 times as many requests at once)")]
    [InlineData("""{"runtime":"proxy","proxy":{"protocol":"oip","command":["x"]}}""", "instance_count (one server is started, and gets 3 times as many requests at once)")]
    [InlineData("""{"runtime":"python"}""")]
    [InlineData("""{"runtime":"onnx"}""")]
    public void More_instances_of_a_server_that_is_started_here_are_told(string settings, params string[] told)
    {
        var file = ServingFile.OfKept("online-deployment", Json("""{"name":"blue","instance_count":3}"""), []);

        Assert.Equal(told, file.WithoutEffect(Json(settings)));
    }

    [Theory]
    [InlineData("""{"type":"model","compute":"azureml:c","settings":{"logging_level":"info","mini_batch_size":3},"resources":{"instance_count":2,"instance_type":"big"}}""", "compute", "settings.logging_level", "resources.instance_type")]
    [InlineData("""{"type":"model","environment":"azureml:e:1","environment_variables":{"A":"1"},"settings":{"environment_variables":{"B":"1"}}}""", "environment", "environment_variables", "settings.environment_variables")]
    [InlineData("""{"type":"model","code_configuration":{"code":"c"},"compute":"azureml:c","environment":"azureml:e:1","settings":{"logging_level":"info"},"resources":{"instance_count":2}}""")]
    [InlineData("""{"type":"pipeline","settings":{"default_compute":"c"}}""")]
    public void What_a_batch_deployment_says_in_vain_is_told(string definition, params string[] told) => Assert.Equal(told, BatchUnused.Of(Json(definition)));

    private static JsonObject Json(string text) => JsonNode.Parse(text)!.AsObject();
}
