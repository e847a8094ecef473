using Slipway.Jobs.Contracts;

namespace Slipway.Serving.Runtimes.Python;

/// <summary>worker.py among a deployment's files, and the interpreter that runs it.</summary>
/// <param name="Programs">A folder to put first in PATH; null: none.</param>
/// <param name="Limit">How long a worker may take until its model is loaded.</param>
internal sealed record WorkerProgram(DeploymentFolder Folder, string Interpreter, string? Programs, TimeSpan Limit)
{
    private const string File = "worker.py";

    public static async Task<WorkerProgram> WriteAsync(DeploymentFolder folder, string interpreter, string? programs, TimeSpan limit, CancellationToken ct)
    {
        await using var file = System.IO.File.Create(Path.Combine(folder.Path, File));
        await using var program = typeof(WorkerProgram).Assembly.GetManifestResourceStream(File)!;
        await program.CopyToAsync(file, ct);
        return new WorkerProgram(folder, interpreter, programs, limit);
    }

    public ChildProcess Start(string socket) =>
        ChildProcess.Start(Interpreter, ["-u", Path.Combine(Folder.Path, File), socket], Folder.Environment(Programs), Folder.ScriptFolder);
}
