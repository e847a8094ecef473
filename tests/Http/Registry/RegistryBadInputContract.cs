using Xunit;

namespace Slipway.Http.Registry;

/// <summary>What clients send by mistake or on purpose: MLflow's error code, never 500.</summary>
public abstract class RegistryBadInputContract(RegistryServer server)
{
    private const string Invalid = "INVALID_PARAMETER_VALUE";
    private const string Absent = "RESOURCE_DOES_NOT_EXIST";

    [Theory]
    [InlineData("POST", "registered-models/create", "{}", 400, Invalid, "'name'")]
    [InlineData("POST", "registered-models/create", """{"name": "  "}""", 400, Invalid, "blank")]
    [InlineData("POST", "registered-models/create", """{"name": "a/b"}""", 400, Invalid, "a/b")]
    [InlineData("POST", "registered-models/create", """{"name": "a:b"}""", 400, Invalid, "a:b")]
    [InlineData("POST", "registered-models/create", """{"name": ".."}""", 400, Invalid, "path")]
    [InlineData("POST", "registered-models/create", """{"name": 5}""", 400, Invalid, "'name'")]
    [InlineData("POST", "registered-models/create", """{"name": "taken"}""", 400, "RESOURCE_ALREADY_EXISTS", "taken")]
    [InlineData("POST", "registered-models/create", """{"name": "n", "tags": [{"key": "/", "value": "1"}]}""", 400, Invalid, "tags[0].key")]
    [InlineData("GET", "registered-models/get?name=absent", null, 404, Absent, "absent")]
    [InlineData("PATCH", "registered-models/update", """{"name": "absent"}""", 404, Absent, "absent")]
    [InlineData("POST", "registered-models/rename", """{"name": "taken"}""", 400, Invalid, "'new_name'")]
    [InlineData("POST", "registered-models/rename", """{"name": "taken", "new_name": "other"}""", 400, "RESOURCE_ALREADY_EXISTS", "other")]
    [InlineData("POST", "registered-models/rename", """{"name": "absent", "new_name": "x"}""", 404, Absent, "absent")]
    [InlineData("DELETE", "registered-models/delete", """{"name": "absent"}""", 404, Absent, "absent")]
    [InlineData("GET", "registered-models/search?max_results=1001", null, 400, Invalid, "max_results")]
    [InlineData("GET", "registered-models/search?max_results=0", null, 400, Invalid, "max_results")]
    [InlineData("GET", "registered-models/search?filter=nam='x'", null, 400, Invalid, "Did you mean 'name'?")]
    [InlineData("GET", "registered-models/search?filter=name >", null, 400, Invalid, "position")]
    [InlineData("GET", "registered-models/search?order_by=run_id", null, 400, Invalid, "run_id")]
    [InlineData("GET", "registered-models/search?page_token=garbage", null, 400, Invalid, "page token")]
    [InlineData("POST", "registered-models/get-latest-versions", """{"name": "taken", "stages": ["Live"]}""", 400, Invalid, "Live")]
    [InlineData("POST", "registered-models/get-latest-versions", """{"name": "absent"}""", 404, Absent, "absent")]
    [InlineData("POST", "registered-models/set-tag", """{"name": "taken", "value": "1"}""", 400, Invalid, "'key'")]
    [InlineData("POST", "registered-models/alias", """{"name": "taken", "alias": "latest", "version": "1"}""", 400, Invalid, "latest")]
    [InlineData("POST", "registered-models/alias", """{"name": "taken", "alias": "Latest", "version": "1"}""", 400, Invalid, "Latest")]
    [InlineData("POST", "registered-models/alias", """{"name": "taken", "alias": "v7", "version": "1"}""", 400, Invalid, "v7")]
    [InlineData("POST", "registered-models/alias", """{"name": "taken", "alias": "a b", "version": "1"}""", 400, Invalid, "a b")]
    [InlineData("POST", "registered-models/alias", """{"name": "taken", "alias": "a", "version": "9"}""", 404, Absent, "version=9")]
    [InlineData("GET", "registered-models/alias?name=taken&alias=none", null, 400, Invalid, "none")]
    [InlineData("POST", "model-versions/create", """{"name": "taken"}""", 400, Invalid, "'source'")]
    [InlineData("POST", "model-versions/create", """{"name": "absent", "source": "s3://a"}""", 404, Absent, "absent")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "/etc"}""", 400, Invalid, "/etc")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "file:///etc"}""", 400, Invalid, "file:///etc")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "c:/x"}""", 400, Invalid, "c:/x")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "s3://a/%252e%252e/b"}""", 400, Invalid, "'..'")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "mlflow-artifacts:/../b"}""", 400, Invalid, "'..'")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "s3://a/%00"}""", 400, Invalid, "NUL")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "models:/m-0"}""", 404, Absent, "m-0")]
    [InlineData("POST", "model-versions/create", """{"name": "taken", "source": "models:/absent/1"}""", 404, Absent, "absent")]
    [InlineData("GET", "model-versions/get?name=taken&version=x", null, 400, Invalid, "'x'")]
    [InlineData("GET", "model-versions/get?name=taken&version=9", null, 404, Absent, "version=9")]
    [InlineData("PATCH", "model-versions/update", """{"name": "taken", "version": "9"}""", 404, Absent, "version=9")]
    [InlineData("DELETE", "model-versions/delete", """{"name": "taken", "version": "9"}""", 404, Absent, "version=9")]
    [InlineData("POST", "model-versions/set-tag", """{"name": "taken", "version": "9", "key": "a"}""", 404, Absent, "version=9")]
    [InlineData("POST", "model-versions/transition-stage", """{"name": "taken", "version": "1", "stage": "Live"}""", 400, Invalid, "Live")]
    [InlineData("POST", "model-versions/transition-stage", """{"name": "taken", "version": "1", "stage": "None", "archive_existing_versions": true}""", 400, Invalid, "None")]
    [InlineData("GET", "model-versions/search?max_results=200001", null, 400, Invalid, "max_results")]
    [InlineData("GET", "model-versions/search?filter=version_number='a'", null, 400, Invalid, "number")]
    public async Task A_wrong_request_gets_MLflows_error(string method, string path, string? body, int status, string code, string part)
    {
        await server.SendAsync("POST", "registered-models/create", """{"name": "taken"}""");
        await server.SendAsync("POST", "registered-models/create", """{"name": "other"}""");

        var (actual, answer) = await server.SendAsync(method, path, body);

        Assert.Equal((status, code), (actual, (string?)answer["error_code"]));
        Assert.Contains(part, (string?)answer["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_prompt_that_is_too_long_is_told_as_such()
    {
        await server.SendAsync("POST", "registered-models/create", """{"name": "prompt", "tags": [{"key": "mlflow.prompt.is_prompt", "value": "true"}]}""");

        var (status, answer) = await server.SendAsync(
            "POST",
            "model-versions/create",
            $$"""{"name": "prompt", "source": "dummy", "tags": [{"key": "mlflow.prompt.text", "value": "{{new string('x', 100_001)}}"}]}""");

        Assert.Equal((400, Invalid), (status, (string?)answer["error_code"]));
        Assert.Contains("Prompt text exceeds max length of 100000 characters", (string?)answer["message"], StringComparison.Ordinal);
    }
}

public sealed class RegistryBadInputOnSqlite(RegistryServer server) : RegistryBadInputContract(server), IClassFixture<RegistryServer>;

public sealed class RegistryBadInputOnPostgres(RegistryServerOnPostgres server)
    : RegistryBadInputContract(server), IClassFixture<RegistryServerOnPostgres>;
