import { holdExercises } from "./hold-exercises.js";
import * as answers from "./multi-paxos-answers.js";

holdExercises("3.1.1.2", answers);
