namespace Testbed.Cli;

/// <summary>A scenario as a hunt runs it.</summary>
/// <param name="Name">The scenario's name.</param>
/// <param name="MustFail">Whether it is a canary, whose known bug the hunt must find.</param>
/// <param name="Interesting">The places whose order of use matters most in it, by patterns of their names.</param>
/// <param name="Body">The program, bound to the explorer and to the build that is hunted.</param>
internal sealed record HuntTarget(string Name, bool MustFail, IReadOnlyList<string> Interesting, Action Body);
