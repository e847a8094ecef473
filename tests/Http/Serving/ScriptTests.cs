using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Slipway.Data;
using Xunit;

namespace Slipway.Http.Serving;

/// <summary>Azure ML's contract of score.py, as its own server of scripts keeps it.</summary>
public sealed class ScriptTests(ServingServer server) : IClassFixture<ServingServer>
{
    // As the package inference-schema marks what its decorators have wrapped.
    private const string Schemas =
        """
        decorated = []

        def input_schema(name, sample):
            def mark(run):
                decorated.append(run)
                return run
            return mark

        def is_schema_decorated(run):
            return run in decorated
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"data":[1,2],"factor":3}""", HttpStatusCode.OK, "[3, 6]")]
    [InlineData("""{"data":[1,2],"more":0}""", HttpStatusCode.OK, "[2, 4]")]
    [InlineData("""{"dat":[1,2]}""", HttpStatusCode.BadRequest, "the body has no 'data'; it has dat")]
    [InlineData("[1,2]", HttpStatusCode.BadRequest, "the body is not an object with the parameters of run()")]
    [InlineData("{", HttpStatusCode.BadRequest, "the body is not JSON that can be read")]
    public async Task A_run_under_input_schema_gets_the_fields_of_the_body(string body, HttpStatusCode status, string words)
    {
        await DeployAsync(
            "fields",
            ("inference_schema/__init__.py", ""),
            ("inference_schema/schema_util.py", Schemas),
            ("score.py",
            """
            from inference_schema.schema_util import input_schema

            @input_schema("data", [0])
            def run(data, factor=2):
                return [factor * value for value in data]
            """));

        using var answer = await server.Client.PostAsync("/endpoints/fields/score", ServingServer.Json(body), Ct);

        var text = await answer.Content.ReadAsStringAsync(Ct);
        Assert.Equal(status, answer.StatusCode);
        Assert.Contains(words, status == HttpStatusCode.OK ? text : JsonNode.Parse(text)!["detail"]!.GetValue<string>(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_run_that_has_request_headers_gets_them_but_for_what_its_caller_signed_in_with()
    {
        await DeployAsync("headed", ("score.py", "def run(data, request_headers):\n    return [data, request_headers.get('X-Own'), 'Authorization' in request_headers]"));

        using var request = new HttpRequestMessage(HttpMethod.Post, "/endpoints/headed/score") { Content = ServingServer.Json("5") };
        request.Headers.Add("x-own", "mine");
        request.Headers.Add("Authorization", "Basic eDp5");
        using var answer = await server.Client.SendAsync(request, Ct);

        Assert.Equal("""["5", "mine", false]""", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task A_script_is_asked_by_GET_with_its_query_as_JSON_and_by_OPTIONS_without_being_run()
    {
        await DeployAsync("asked", ("score.py", "def run(data):\n    return data"));

        using var options = new HttpRequestMessage(HttpMethod.Options, "/endpoints/asked/score");
        using var allowed = await server.Client.SendAsync(options, Ct);

        Assert.Equal(
            """{"a": 1, "b": [1, 2], "c": "x y", "d": ["1a", null]}""",
            JsonNode.Parse(await server.Client.GetStringAsync("/endpoints/asked/score?a=1&b=[1,2]&c=x+y&d=1a&d=null", Ct))!.GetValue<string>());
        Assert.Equal((HttpStatusCode.OK, ""), (allowed.StatusCode, await allowed.Content.ReadAsStringAsync(Ct)));
    }

    [Theory]
    [InlineData("GET")]
    [InlineData("OPTIONS")]
    [InlineData("DELETE")]
    public async Task A_model_of_tensors_is_asked_by_POST_only(string method)
    {
        using var request = new HttpRequestMessage(new HttpMethod(method), "/endpoints/flights/score");
        using var answer = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, answer.StatusCode);
        Assert.Contains($"{method}", await answer.Content.ReadAsStringAsync(Ct), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_raw_request_has_its_query_its_form_and_its_files()
    {
        await DeployAsync(
            "upload",
            ("score.py",
            """
            from azureml_inference_server_http.api.aml_request import rawhttp
            from azureml_inference_server_http.api.aml_response import AMLResponse

            @rawhttp
            def run(request):
                image = request.files["image"]
                said = [request.args.get("size"), request.args.getlist("tag"), request.form["title"], image.filename, image.mimetype, list(image.read())]
                answer = AMLResponse({"said": said, "path": request.full_path}, 201, json_str=True)
                answer.headers["Access-Control-Allow-Origin"] = "*"
                answer.headers["Set-Cookie"] = "a=b"
                return answer
            """));
        using var image = new ByteArrayContent([0, 13, 10, 45, 45, 255, 13, 10]);
        image.Headers.ContentType = new MediaTypeHeaderValue("image/png");
        using var form = new MultipartFormDataContent { { new StringContent("a title"), "title" }, { image, "image", "it.png" } };

        using var answer = await server.Client.PostAsync("/endpoints/upload/score?size=3&tag=x&tag=y", form, Ct);

        Assert.Equal(
            """{"said": ["3", ["x", "y"], "a title", "it.png", "image/png", [0, 13, 10, 45, 45, 255, 13, 10]], "path": "/endpoints/upload/score?size=3&tag=x&tag=y"}""",
            await answer.Content.ReadAsStringAsync(Ct));
        Assert.Equal("*", answer.Headers.GetValues("Access-Control-Allow-Origin").Single());
        Assert.False(answer.Headers.Contains("Set-Cookie"));
    }

    [Fact]
    public async Task Numbers_that_JSON_has_no_word_for_are_null()
    {
        await DeployAsync("numbers", ("score.py", "def run(data):\n    return {'a': [1.5, float('nan')], 'b': -float('inf'), 'c': 'NaN'}"));

        using var answer = await server.Client.PostAsync("/endpoints/numbers/score", ServingServer.Json("{}"), Ct);

        Assert.Equal("""{"a": [1.5, null], "b": null, "c": "NaN"}""", await answer.Content.ReadAsStringAsync(Ct));
    }

    [Fact]
    public async Task A_script_runs_in_its_code_and_finds_its_model_below_the_name_model_too()
    {
        const string score =
            """
            import os, package.words

            def run(data):
                folder = os.environ["AZUREML_MODEL_DIR"]
                read = lambda *path: open(os.path.join(folder, *path)).read()
                return [package.words.WORD, open("labels.txt").read(), read("deep", "weights"), read("model", "deep", "weights"), read("model", "more")]
            """;
        await server.RegisterFilesAsync("weighed", null, ("deep/weights", "5"), ("more", "6"));
        var content = server.Services.GetRequiredService<ContentStore>();
        var entries = new List<TreeEntry>();
        foreach (var (path, text) in new[] { ("src/score.py", score), ("package/words.py", "WORD = 'found'"), ("labels.txt", "a,b") })
        {
            var blob = await content.PutBytesAsync(Encoding.UTF8.GetBytes(text), Ct);
            entries.Add(new TreeEntry(path, blob.Digest, blob.Size));
        }

        var tree = await content.PutTreeAsync(entries, Ct);
        await server.DeployAsync("weighed", "weighed:1", $$"""{"runtime":"python","concurrency":1,"code":"{{tree.Digest}}","scoring_script":"src/score.py"}""");

        using var answer = await server.Client.PostAsync("/endpoints/weighed/score", ServingServer.Json("{}"), Ct);

        Assert.Equal("""["found", "a,b", "5", "5", "6"]""", await answer.Content.ReadAsStringAsync(Ct));
    }

    private async Task DeployAsync(string name, params (string Path, string Text)[] files)
    {
        await server.RegisterFilesAsync(name, null, files);
        await server.DeployAsync(name, $"{name}:1", """{"runtime":"python","concurrency":1}""");
    }
}
