namespace Testbed.Cli;

/// <summary>What the command's exit code says.</summary>
internal static class ExitCode
{
    /// <summary>All went well and no bug was found.</summary>
    public const int Clean = 0;

    /// <summary>A bug was found, or a trace showed its bug again.</summary>
    public const int BugFound = 1;

    /// <summary>A known bug was not found, or not as what it is to show as.</summary>
    public const int BugMissed = 1;

    /// <summary>A weakened operation was not noticed, and nobody has said why; or was, though somebody has.</summary>
    public const int MutantUnexplained = 1;

    /// <summary>The command line or its input is wrong.</summary>
    public const int WrongInput = 2;

    /// <summary>Testbed itself is broken: an unexpected exception, or a canary that was not found.</summary>
    public const int InternalError = 3;

    /// <summary>A proof was ended by a bound on its time before it had explored everything, or a shard is missing.</summary>
    public const int NotProved = 4;

    /// <summary>Ctrl+C, after saying what was found: 128 and the number of the signal, as shells have it.</summary>
    public const int Interrupted = 130;

    /// <summary>The table that the help shows.</summary>
    public const string Help =
        """
        Exit codes:
          0    clean
          1    a bug was found, or a trace was reproduced; with 'bugs': one was missed;
               with 'weaken': a mutant survived that is not explained
          2    wrong usage or input
          3    internal error
          4    a proof was ended before it had explored everything; with 'merge': something is missing
          130  interrupted, after saying what was found
        """;
}
