using System.Net;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Lake.Contracts;
using Slipway.Serving.Contracts;
using Xunit;

namespace Slipway.Http.Serving;

public sealed class CollectedTests(ServingServer server) : IClassFixture<ServingServer>
{
    private static readonly DateTimeOffset s_time = new(2001, 2, 1, 8, 0, 0, TimeSpan.Zero);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private ICollectedData Collected => server.Services.GetRequiredService<ICollectedData>();

    [Fact]
    public async Task Answers_are_kept_with_their_inputs_and_the_label_that_came_last()
    {
        await InferAsync("kept", s_time, 3);
        await LabelAsync("""{"ids":["kept.0","kept.1"],"labels":[0,0]}""");
        await LabelAsync("""{"ids":["kept.1"],"labels":[1]}""");

        var rows = await RowsAsync(
            "prediction_id, epoch_ms(event_time), deployment, model_version, input_carrier, input_distance, output_label, output_score, label",
            s_time);

        Assert.Equal(
            [
                $"kept.0|{s_time.ToUnixTimeMilliseconds()}|blue|1|AA|100|0|0.25|0",
                $"kept.1|{s_time.ToUnixTimeMilliseconds()}|blue|1|UA|101|0|0.5|1",
                $"kept.2|{s_time.ToUnixTimeMilliseconds()}|blue|1|UA|102|0|0.5|",
            ],
            rows);
    }

    [Fact]
    public async Task A_request_that_is_sent_again_is_kept_once()
    {
        var time = s_time.AddDays(1);
        await InferAsync("again", time, 2);
        await Collected.FlushAsync(Ct);
        await InferAsync("again", time, 2);

        Assert.Equal(["again.0", "again.1"], await RowsAsync("prediction_id", time));
    }

    [Fact]
    public async Task Answers_are_a_table_of_sql()
    {
        await InferAsync("queried", s_time.AddDays(2), 2);
        await LabelAsync("""{"ids":["queried.1"],"labels":[1]}""");

        var rows = await SqlAsync(
            "select prediction_id, input_distance, output_score, label from 'predictions:flights' where prediction_id like 'queried%' order by 1");
        var unknown = await SqlAsync("from 'predictions:nowhere'");

        Assert.Equal("prediction_id,input_distance,output_score,label\r\nqueried.0,100,0.25,\r\nqueried.1,101,0.5,1\r\n", rows);
        Assert.Contains("has collected no answers", unknown, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_window_without_answers_has_no_query()
    {
        Assert.Null(await Collected.QueryAsync(
            ServingServer.Caller, "flights", new TimeWindow(s_time.AddYears(-9), s_time.AddYears(-8)), Ct));
    }

    [Fact]
    public async Task A_prediction_is_found_by_its_id_and_leads_to_its_model_version()
    {
        await InferAsync("traced", s_time.AddDays(3), 2);
        await LabelAsync("""{"ids":["traced.1"],"labels":[1]}""");

        var found = await server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights/predictions/traced.1", Ct);
        var missing = await server.Client.GetAsync("/api/v1/online-endpoints/flights/predictions/traced.2", Ct);
        var lineage = await server.Client.GetStringAsync("/api/v1/lineage/upstream?node=prediction:traced.1", Ct);

        Assert.Equal(
            """{"id":"traced.1","event_time":"2001-02-04T08:00:00.000000Z","endpoint":"flights","deployment":"blue","model":"late","model_version":1,"inputs":{"carrier":"UA","distance":101},"outputs":{"label":0,"score":0.5},"label":1}""",
            found!.ToJsonString());
        Assert.Equal(HttpStatusCode.NotFound, missing.StatusCode);
        Assert.Contains("deployment:flights/blue", lineage, StringComparison.Ordinal);
        Assert.Contains("model:late@1", lineage, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Labels_are_counted_with_corrections_and_those_that_belong_to_no_answer()
    {
        var before = await FeedbackAsync();
        await InferAsync("counted", s_time.AddDays(4), 2);
        await LabelAsync("""{"ids":["counted.0","counted.1","never-asked.0"],"labels":[0,1,1]}""");
        await LabelAsync("""{"ids":["counted.1","counted.1"],"labels":[0,1]}""");

        var after = await FeedbackAsync();
        using var nowhere = await server.Client.GetAsync("/api/v1/online-endpoints/nowhere/feedback", Ct);

        Assert.Equal((5, 3, 1, 1), (after.Labels - before.Labels, after.Predictions - before.Predictions, after.Corrected - before.Corrected, after.Unknown - before.Unknown));
        Assert.Equal(["counted.0|0", "counted.1|1"], await RowsAsync("prediction_id, label", s_time.AddDays(4)));
        Assert.Equal(HttpStatusCode.NotFound, nowhere.StatusCode);
    }

    [Theory]
    [InlineData("""{"ids":["a.0"],"labels":[]}""")]
    [InlineData("""{"ids":["a"],"labels":[1]}""")]
    [InlineData("""{"ids":[null],"labels":[1]}""")]
    [InlineData("""{"ids":["a.0"]}""")]
    public async Task Feedback_that_is_wrong_is_refused(string body)
    {
        using var response = await server.Client.PostAsync("/api/v1/online-endpoints/flights/feedback", ServingServer.Json(body), Ct);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
    }

    private async Task<(int Labels, int Predictions, int Corrected, int Unknown)> FeedbackAsync()
    {
        var counts = (await server.Client.GetFromJsonAsync<JsonNode>("/api/v1/online-endpoints/flights/feedback", Ct))!;
        return ((int)counts["labels"]!, (int)counts["predictions"]!, (int)counts["corrected"]!, (int)counts["unknown"]!);
    }

    private async Task InferAsync(string id, DateTimeOffset time, int rows)
    {
        var carriers = string.Join(',', Enumerable.Range(0, rows).Select(row => row == 0 ? "\"AA\"" : "\"UA\""));
        var distances = string.Join(',', Enumerable.Range(100, rows));
        using var response = await server.InferAsync(
            $$"""
              {"id":"{{id}}","parameters":{"event_time":"{{time:O}}"},"inputs":[
                {"name":"carrier","shape":[{{rows}},1],"datatype":"BYTES","data":[{{carriers}}]},
                {"name":"distance","shape":[{{rows}},1],"datatype":"FP32","data":[{{distances}}]}]}
              """);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    private async Task LabelAsync(string body)
    {
        using var response = await server.Client.PostAsync("/api/v1/online-endpoints/flights/feedback", ServingServer.Json(body), Ct);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Ct));
    }

    private async Task<List<string>> RowsAsync(string columns, DateTimeOffset time)
    {
        var query = await Collected.QueryAsync(ServingServer.Caller, "flights", new TimeWindow(time, time.AddHours(1)), Ct);
        using var connection = server.Services.GetRequiredService<ILakeTables>().Connect();
        using var result = connection.Query($"select {columns} from ({query}) order by prediction_id");
        return [.. result.Rows().Select(row => string.Join('|', row.Select(value => FormattableString.Invariant($"{value}"))))];
    }

    private async Task<string> SqlAsync(string sql)
    {
        using var answer = await server.Client.PostAsJsonAsync("/api/v1/sql", new { sql, format = "csv" }, Ct);
        return await answer.Content.ReadAsStringAsync(Ct);
    }
}
