using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;
using Xunit;

namespace Slipway.Http.Tracking;

public abstract class ArtifactWireContract(TrackingServer server)
{
    private const string Proxy = "/api/2.0/mlflow-artifacts/artifacts/";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Files_are_put_listed_read_replaced_and_deleted()
    {
        var run = await server.CreateRunAsync(await server.CreateExperimentAsync("files"));
        var root = (await RunAsync(run))["artifact_uri"]!.ToString()["mlflow-artifacts:/".Length..];

        await PutAsync(root + "/model/MLmodel", "a");
        await PutAsync(root + "/model/MLmodel", "flavors: {}");
        await PutAsync(root + "/gr%C3%B6%C3%9Fe%20%231.txt".Replace("%23", "", StringComparison.Ordinal), "x");

        Assert.Equal(
            """[{"path":"größe 1.txt","is_dir":false,"file_size":1},{"path":"model","is_dir":true}]""",
            await FilesAsync($"{Proxy[..^1]}?path={root}"));
        Assert.Equal(
            """[{"path":"model/MLmodel","is_dir":false,"file_size":11}]""",
            await FilesAsync($"artifacts/list?run_id={run}&path=model"));
        Assert.Equal("flavors: {}", await server.Client.GetStringAsync(new Uri($"/get-artifact?run_id={run}&path=model/MLmodel", UriKind.Relative), Ct));
        Assert.Null(await FilesAsync($"artifacts/list?run_id={run}&path=model/MLmodel"));

        using var deleted = await server.Client.DeleteAsync(new Uri(Proxy + root + "/model", UriKind.Relative), Ct);
        using var again = await server.Client.DeleteAsync(new Uri(Proxy + root + "/model", UriKind.Relative), Ct);

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (deleted.StatusCode, again.StatusCode));
        Assert.Equal(
            """[{"path":"größe 1.txt","is_dir":false,"file_size":1}]""", await FilesAsync($"{Proxy[..^1]}?path={root}"));
    }

    [Fact]
    public async Task A_part_of_a_file_can_be_read_and_its_headers_say_what_it_is()
    {
        await PutAsync("parts/größe.json", "0123456789");
        using var request = new HttpRequestMessage(HttpMethod.Get, Proxy + "parts/größe.json");
        request.Headers.Range = new RangeHeaderValue(2, 4);

        using var response = await server.Client.SendAsync(request, Ct);

        Assert.Equal(HttpStatusCode.PartialContent, response.StatusCode);
        Assert.Equal("234", await response.Content.ReadAsStringAsync(Ct));
        Assert.Equal("text/plain", response.Content.Headers.ContentType!.ToString());
        Assert.Equal("größe.json", response.Content.Headers.ContentDisposition!.FileNameStar);
        Assert.Equal(["nosniff"], response.Headers.GetValues("X-Content-Type-Options"));
    }

    [Theory]
    [InlineData("../x")]
    [InlineData("a/../../x")]
    [InlineData("a/%2e%2e/x")]
    [InlineData("%252e%252e/x")]
    [InlineData("a%2f..%2fx")]
    [InlineData("%2fetc/passwd")]
    [InlineData("/etc/passwd")]
    [InlineData("a%5c..%5cx")]
    [InlineData("a%23b")]
    [InlineData("a%2523b")]
    [InlineData("a%00b")]
    [InlineData("c:%5cx")]
    public async Task A_path_that_tries_to_leave_never_arrives(string path)
    {
        foreach (var method in new[] { "PUT", "GET", "DELETE" })
        {
            var status = await SendRawAsync(method, Proxy + path);

            Assert.InRange(status, 400, 499);
        }
    }

    [Theory]
    [InlineData("artifacts/list?run_id=RUN&path=../x")]
    [InlineData("artifacts/list?run_id=RUN&path=%252e%252e/x")]
    [InlineData("/get-artifact?run_id=RUN&path=/etc/passwd")]
    [InlineData("/api/2.0/mlflow-artifacts/artifacts?path=..")]
    public async Task A_path_in_a_query_that_tries_to_leave_is_refused(string path)
    {
        var run = await server.CreateRunAsync("0");

        var (status, answer) = await server.SendAsync(HttpMethod.Get, path.Replace("RUN", run, StringComparison.Ordinal), null);

        Assert.Equal((400, "Invalid path"), (status, (string?)answer["message"]));
    }

    [Fact]
    public async Task A_file_cannot_become_a_folder_nor_a_folder_a_file()
    {
        await PutAsync("kinds/a", "x");
        await PutAsync("kinds/b/c", "x");

        Assert.Equal(400, await SendRawAsync("PUT", Proxy + "kinds/a/below"));
        Assert.Equal(400, await SendRawAsync("PUT", Proxy + "kinds/b"));
        Assert.Equal("x", await server.Client.GetStringAsync(new Uri(Proxy + "kinds/a", UriKind.Relative), Ct));
    }

    [Fact]
    public async Task A_file_that_comes_in_parts_is_made_of_them_at_the_end()
    {
        const string mpu = "/api/2.0/mlflow-artifacts/mpu/";
        var upload = await server.PostAsync(mpu + "create/large/dir", new JsonObject { ["path"] = "model.bin", ["num_parts"] = 2 });
        var parts = new JsonArray();
        foreach (var credential in upload["credentials"]!.AsArray().Reverse())
        {
            var number = (int)credential!["part_number"]!;
            using var content = new ByteArrayContent(Encoding.UTF8.GetBytes($"part{number};"));
            using var response = await server.Client.PutAsync(new Uri((string)credential["url"]!), content, Ct);
            parts.Add(new JsonObject { ["part_number"] = number, ["etag"] = response.Headers.ETag!.Tag });
        }

        var body = new JsonObject { ["path"] = "model.bin", ["upload_id"] = (string)upload["upload_id"]!, ["parts"] = parts };
        var (early, _) = await server.SendTextAsync(
            HttpMethod.Post, mpu + "complete/large/dir", body.ToJsonString().Replace("etag\":\"", "etag\":\"0", StringComparison.Ordinal));
        await server.PostAsync(mpu + "complete/large/dir", body);
        var (again, _) = await server.SendAsync(HttpMethod.Post, mpu + "complete/large/dir", body);

        Assert.Equal((400, 404), (early, again));
        Assert.Equal("part1;part2;", await server.Client.GetStringAsync(new Uri(Proxy + "large/dir/model.bin", UriKind.Relative), Ct));
    }

    [Fact]
    public async Task A_part_of_an_upload_that_was_given_up_is_refused()
    {
        const string mpu = "/api/2.0/mlflow-artifacts/mpu/";
        var upload = await server.PostAsync(mpu + "create/x", new JsonObject { ["path"] = "a", ["num_parts"] = 1 });
        await server.PostAsync(mpu + "abort/x", new JsonObject { ["path"] = "a", ["upload_id"] = (string)upload["upload_id"]! });

        var path = new Uri((string)upload["credentials"]![0]!["url"]!).AbsolutePath;

        Assert.Equal(404, await SendRawAsync("PUT", path));
    }

    private async Task PutAsync(string path, string text)
    {
        using var content = new ByteArrayContent(Encoding.UTF8.GetBytes(text));
        using var response = await server.Client.PutAsync(new Uri(Proxy + path, UriKind.Relative), content, Ct);
        Assert.Equal("{}", await response.Content.ReadAsStringAsync(Ct));
    }

    private async Task<string?> FilesAsync(string path)
    {
        var files = (await server.GetAsync(path))["files"];
        return files?.ToJsonString(new() { Encoder = System.Text.Encodings.Web.JavaScriptEncoder.UnsafeRelaxedJsonEscaping });
    }

    private async Task<JsonNode> RunAsync(string run) => (await server.GetAsync("runs/get?run_id=" + run))["run"]!["info"]!;

    // HttpClient tidies paths up; an attacker does not.
    private async Task<int> SendRawAsync(string method, string target)
    {
        using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await socket.ConnectAsync("127.0.0.1", server.Client.BaseAddress!.Port, Ct);
        await socket.SendAsync(
            Encoding.ASCII.GetBytes($"{method} {target} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\nContent-Length: 1\r\n\r\nx"), Ct);
        var buffer = new byte[4096];
        var read = 0;
        int count;
        while (read < 12 && (count = await socket.ReceiveAsync(buffer.AsMemory(read), Ct)) > 0)
            read += count;
        return int.Parse(Encoding.ASCII.GetString(buffer, 9, 3), provider: null);
    }
}

public sealed class ArtifactWireOnSqlite(TrackingServer server) : ArtifactWireContract(server), IClassFixture<TrackingServer>;

public sealed class ArtifactWireOnPostgres(TrackingServerOnPostgres server) : ArtifactWireContract(server), IClassFixture<TrackingServerOnPostgres>;
