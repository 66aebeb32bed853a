using System.Text;
using Testbed.Sync;
using S = Testbed.Explorer.ExplorerSync;

namespace Testbed.Properties.Reduction;

/// <summary>A small concurrent program: for each thread what it does, in order.</summary>
/// <param name="Threads">The threads' actions.</param>
public sealed unsafe record SmallProgram(IReadOnlyList<IReadOnlyList<SmallAction>> Threads)
{
    internal const int Words = 2;
    internal const int Mutexes = 2;

    /// <summary>Runs it and says how it ended: the words, and all that its threads have seen.</summary>
    public string Run()
    {
        int* words = S.Allocate<int>(Words, "words");
        Mutex[] mutexes = [S.CreateMutex("m0"), S.CreateMutex("m1")];
        Note note = S.CreateNote("n");
        StringBuilder[] seen = [.. Threads.Select(_ => new StringBuilder())];
        SyncThread[] threads =
        [
            .. Threads.Select((actions, i) => S.StartThread(
                $"t{i}", () => new Runner(words, mutexes, note, seen[i]).Run(actions))),
        ];
        foreach (SyncThread thread in threads)
        {
            S.Join(thread);
        }

        return $"{S.Read(words)} {S.Read(words + 1)} {string.Join("|", seen.AsEnumerable())}";
    }

    /// <inheritdoc/>
    public override string ToString()
        => string.Join(" || ", Threads.Select(actions => string.Join("; ", actions)));

    private sealed class Runner(int* words, Mutex[] mutexes, Note note, StringBuilder seen)
    {
        internal void Run(IEnumerable<SmallAction> actions)
        {
            foreach (SmallAction action in actions)
            {
                Run(action);
            }
        }

        private void Run(SmallAction action)
        {
            int* word = words + (action.Place % Words);
            switch (action.Kind)
            {
                case SmallActionKind.Read:
                    seen.Append(S.VolatileRead(word));
                    break;
                case SmallActionKind.Write:
                    S.VolatileWrite(word, action.Value);
                    break;
                case SmallActionKind.CompareExchange:
                    seen.Append(S.CompareExchange(word, action.Value, action.Value - 1));
                    break;
                case SmallActionKind.Add:
                    seen.Append(S.Add(word, 1));
                    break;
                case SmallActionKind.WideRead:
                    seen.Append(S.RacyRead((long*)words));
                    break;
                case SmallActionKind.Lock:
                    Mutex mutex = mutexes[action.Place % Mutexes];
                    S.Enter(mutex);
                    Run(action.Inner);
                    S.Exit(mutex);
                    break;
                case SmallActionKind.Choose:
                    S.VolatileWrite(word, (int)S.Choose(2));
                    break;
                case SmallActionKind.Await:
                    for (int turn = 0; S.VolatileRead(word) < action.Value; turn++)
                    {
                        S.Spin(turn);
                    }

                    seen.Append('w');
                    break;
                case SmallActionKind.AwaitLocked:
                    for (int turn = 0; !Holds(mutexes[action.Place % Mutexes], word, action.Value); turn++)
                    {
                        S.Spin(turn);
                    }

                    seen.Append('l');
                    break;
                case SmallActionKind.Wake:
                    S.Wake(note);
                    break;
                case SmallActionKind.Sleep:
                    S.Sleep(note);
                    break;
                case SmallActionKind.TimedSleep:
                    seen.Append(S.Sleep(note, 1000) ? 'y' : 'n');
                    break;
            }
        }

        private static bool Holds(Mutex mutex, int* word, int value)
        {
            S.Enter(mutex);
            bool holds = S.VolatileRead(word) >= value;
            S.Exit(mutex);
            return holds;
        }
    }
}
