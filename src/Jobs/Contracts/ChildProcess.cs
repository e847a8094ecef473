using System.ComponentModel;
using Microsoft.Win32.SafeHandles;
using Slipway.Jobs.Compute;
using Slipway.Kernel;

namespace Slipway.Jobs.Contracts;

/// <summary>A process that leads a session of its own and is ended with all that it started there.</summary>
public sealed class ChildProcess
{
    private readonly int _id;

    private ChildProcess(int id, SafeFileHandle output)
    {
        _id = id;
        Output = new FileStream(output, FileAccess.Read, bufferSize: 0, isAsync: false);
        Ended = Task.Factory.StartNew(() => Spawn.Wait(id), CancellationToken.None, TaskCreationOptions.LongRunning, TaskScheduler.Default);
    }

    /// <summary>What it writes to stdout and stderr; whoever started it reads it to the end.</summary>
    public Stream Output { get; }

    /// <summary>Done with its exit code, or 128 and the number of the signal that ended it.</summary>
    public Task<int> Ended { get; }

    /// <param name="environment">All of its variables, as NAME=value.</param>
    public static ChildProcess Start(
        string program, IReadOnlyList<string> arguments, IEnumerable<string> environment, string folder)
    {
        try
        {
            var (id, output) = Spawn.Start(program, arguments, environment, folder);
            return new ChildProcess(id, output);
        }
        catch (Win32Exception exception)
        {
            throw new SlipwayException(ErrorCode.Unavailable, $"'{program}' could not be started: {exception.Message}.", exception);
        }
    }

    /// <summary>Ends it and what is left of its session.</summary>
    public void End() => ProcessTree.EndGroup(_id);
}
