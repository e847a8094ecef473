using Slipway.Data;
using Slipway.Kernel;
using Slipway.Security;
using Slipway.Security.Access;
using Slipway.Security.Audit;
using Slipway.Security.Contracts;
using Slipway.Security.Secrets;
using Slipway.Shared;
using Xunit;

namespace Slipway.Storage.Security;

public abstract class SecurityContract(DatabaseProvider provider) : DatabaseContract(provider)
{
    private static readonly Caller s_ana = new(WorkspaceName.Default, "ana");

    protected override IEnumerable<IMigrations> Modules =>
        [new EmbeddedMigrations("security", typeof(SecurityModule).Assembly)];

    private RoleStore Roles => new(Database, Time);

    private AuditLog Audit => new(Database, Time);

    [Fact]
    public async Task A_reader_may_read_and_may_not_write()
    {
        var access = await GivenAsync("reader");

        await access.DemandAsync(s_ana, Permission.Read, "model:fraud", Ct);
        var refusal = await Assert.ThrowsAsync<SlipwayException>(
            () => access.DemandAsync(s_ana, Permission.Write, "model:fraud", Ct));

        Assert.Equal(ErrorCode.PermissionDenied, refusal.Code);
        Assert.Equal(
            "'ana' is reader of workspace 'default' and may not change model:fraud. Ask an administrator for the role 'contributor'.",
            refusal.Message);
    }

    [Fact]
    public async Task Somebody_without_a_role_is_refused_and_the_refusal_is_audited()
    {
        var access = await GivenAsync(role: null);

        await Assert.ThrowsAsync<SlipwayException>(() => access.DemandAsync(s_ana, Permission.Read, "model:fraud", Ct));

        var entry = Assert.Single(await Audit.ListAsync(WorkspaceName.Default, "model:fraud", before: null, limit: 10, Ct));
        Assert.Equal(("ana", "access.read", false), (entry.Principal, entry.Action, entry.Allowed));
    }

    [Fact]
    public async Task A_new_role_counts_at_once_where_it_was_given()
    {
        var roles = Roles;
        var access = await GivenAsync("reader", roles);
        await access.DemandAsync(s_ana, Permission.Read, "x", Ct);

        await roles.AssignAsync(Caller.System, "ana", Role.Parse("administrator"), Ct);

        await access.DemandAsync(s_ana, Permission.Administer, "x", Ct);
    }

    [Fact]
    public async Task The_audit_is_read_newest_first_and_page_by_page()
    {
        for (var i = 0; i < 5; i++)
            await Audit.AppendAsync(s_ana, "test", $"thing:{i}", detail: null, Ct);

        var first = await Audit.ListAsync(WorkspaceName.Default, target: null, before: null, limit: 2, Ct);
        var second = await Audit.ListAsync(WorkspaceName.Default, target: null, before: first[^1].Id, limit: 2, Ct);

        Assert.Equal(["thing:4", "thing:3"], first.Select(entry => entry.Target));
        Assert.Equal(["thing:2", "thing:1"], second.Select(entry => entry.Target));
    }

    [Fact]
    public async Task A_secret_comes_back_as_it_was_set_and_is_not_in_the_database_in_clear()
    {
        var vault = await GivenVaultAsync();

        await vault.SetAsync(s_ana, "db-password", "s3cret ✓", Ct);

        Assert.Equal("s3cret ✓", await vault.FindAsync(s_ana, "db-password", Ct));
        Assert.Equal(["db-password"], await vault.ListAsync(s_ana, Ct));
        var sealedBytes = await Database.FindAsync<byte[]>("select ciphertext from secrets", null, Ct);
        Assert.DoesNotContain("s3cret", System.Text.Encoding.UTF8.GetString(sealedBytes!));
    }

    [Fact]
    public async Task A_secret_that_was_moved_to_another_name_does_not_open()
    {
        var vault = await GivenVaultAsync();
        await vault.SetAsync(s_ana, "mine", "value", Ct);
        await Database.ExecuteAsync("update secrets set name = 'yours'", null, Ct);

        var refusal = await Assert.ThrowsAsync<SlipwayException>(() => vault.FindAsync(s_ana, "yours", Ct));

        Assert.Equal(ErrorCode.Corrupt, refusal.Code);
    }

    [Fact]
    public async Task A_deleted_secret_is_gone()
    {
        var vault = await GivenVaultAsync();
        await vault.SetAsync(s_ana, "mine", "value", Ct);

        Assert.True(await vault.DeleteAsync(s_ana, "mine", Ct));
        Assert.False(await vault.DeleteAsync(s_ana, "mine", Ct));
        Assert.Null(await vault.FindAsync(s_ana, "mine", Ct));
    }

    private async Task<RoleAccess> GivenAsync(string? role, RoleStore? roles = null)
    {
        roles ??= Roles;
        await roles.CreateWorkspaceAsync(Caller.System, WorkspaceName.Default, Ct);
        if (role is not null)
            await roles.AssignAsync(Caller.System, "ana", Role.Parse(role), Ct);
        return new RoleAccess(roles, Audit);
    }

    private async Task<Vault> GivenVaultAsync() =>
        new(Database, VaultKey.LoadOrCreate(Folder), await GivenAsync("administrator"), Audit, Time);
}

public sealed class SecurityOnSqlite() : SecurityContract(DatabaseProvider.Sqlite);

public sealed class SecurityOnPostgres() : SecurityContract(DatabaseProvider.Postgres);
