using Slipway.Http.Registry;
using Xunit;

namespace Slipway.Http.Mlflow;

public sealed class ImportRefusalTests(RegistryServer server) : IClassFixture<RegistryServer>
{
    [Theory]
    [InlineData("experiments", """{"name": "", "createdAt": 1, "updatedAt": 1}""", "'name'")]
    [InlineData("experiments", """{"name": "x", "createdAt": -1, "updatedAt": 1}""", "'createdAt'")]
    [InlineData("experiments", """{"name": "x", "createdAt": 1, "updatedAt": 1, "id": "-4"}""", "-4")]
    [InlineData("experiments", """{"name": "x", "createdAt": 1, "updatedAt": 1, "artifactLocation": "file:///etc"}""", "file:///etc")]
    [InlineData("experiments", """{"name": "a\u0000b", "createdAt": 1, "updatedAt": 1}""", "NUL")]
    [InlineData("runs", """{"id": "../x", "experimentId": "0", "status": "FINISHED", "startedAt": 1}""", "run ID")]
    [InlineData("runs", """{"id": "abc", "experimentId": "0", "status": "DONE", "startedAt": 1}""", "'DONE'")]
    [InlineData("runs", """{"id": "abc", "experimentId": "0", "status": "FINISHED", "startedAt": 1, "params": {"/": "x"}}""", "params")]
    [InlineData("runs", """{"id": "abc", "experimentId": "0", "status": "FINISHED", "startedAt": 1, "artifactUri": "mlflow-artifacts:/other/run"}""", "artifactUri")]
    [InlineData("runs/abc/points", """{"metrics": [{"key": "m", "times": [1, 2], "steps": [1], "values": [1]}]}""", "metrics[0]")]
    [InlineData("logged-models", """{"id": "m/1", "experimentId": "0", "name": "n", "status": 2, "createdAt": 1, "updatedAt": 1}""", "m/1")]
    [InlineData("logged-models", """{"id": "m-1", "experimentId": "0", "name": "n", "status": 9, "createdAt": 1, "updatedAt": 1}""", "'status'")]
    [InlineData("models", """{"name": "a/b", "createdAt": 1, "updatedAt": 1}""", "a/b")]
    [InlineData("models", """{"name": "a", "createdAt": 1, "updatedAt": 1, "versions": [{"number": 1, "createdAt": 1, "updatedAt": 1, "source": "/etc"}]}""", "/etc")]
    [InlineData("models", """{"name": "a", "createdAt": 1, "updatedAt": 1, "versions": [{"number": 0, "createdAt": 1, "updatedAt": 1}]}""", "number 0")]
    [InlineData("models", """{"name": "a", "createdAt": 1, "updatedAt": 1, "aliases": {"latest": 1}}""", "latest")]
    public async Task What_cannot_be_is_refused(string path, string body, string part)
    {
        var (status, answer) = await server.SendAsync("POST", "/api/v1/import/" + path, body);

        Assert.Equal(400, status);
        Assert.Contains(part, (string?)answer["detail"], StringComparison.Ordinal);
    }
}
