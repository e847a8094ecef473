using System.Net;
using System.Net.Http.Headers;
using System.Text;
using Slipway.Data;
using Slipway.Http.Lake;
using Slipway.Kernel;
using Slipway.Security.Access;
using Xunit;

namespace Slipway.Http.Server;

/// <summary>Who has no role in a workspace sees and does nothing in it, whichever route he takes.</summary>
public sealed class EveryPermissionTests : LakeServer
{
    // It lists the workspaces that one belongs to: none.
    private static readonly string[] s_open = ["GET /api/v1/workspaces"];

    [Fact]
    public async Task Every_route_of_the_interface_demands_a_permission()
    {
        await TableAsync(OddRequests.Name, "select 1 as x");
        var requests = new OddRequests((await GetAsync("/openapi/v1.json")).AsObject()).Usual().ToList();
        await Part<Database>().WriteAsync((tx, token) => tx.ExecuteAsync("delete from role_assignments", null, token), Ct);
        Part<RoleStore>().Forget(WorkspaceName.Default);

        var answers = new Dictionary<string, HttpStatusCode>();
        foreach (var request in requests)
            answers[$"{request.Method} {request.Path}"] = await AskAsync(request);

        // What a request cannot mean may be told before it is asked who sent it.
        Assert.Equal(s_open, answers.Where(answer => answer.Value < HttpStatusCode.BadRequest).Select(answer => answer.Key).Order());
        Assert.True(answers.Values.Count(answer => answer == HttpStatusCode.Forbidden) > 150);
    }

    private async Task<HttpStatusCode> AskAsync(OddRequests.Request request)
    {
        using var message = new HttpRequestMessage(new HttpMethod(request.Method), request.Path);
        if (request.Body is not null)
            message.Content = new ByteArrayContent(Encoding.UTF8.GetBytes(request.Body)) { Headers = { ContentType = new MediaTypeHeaderValue("application/json") } };
        using var answer = await Client.SendAsync(message, HttpCompletionOption.ResponseHeadersRead, Ct);
        return answer.StatusCode;
    }
}
